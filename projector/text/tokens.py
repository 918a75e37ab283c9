"""Tokens as offsets into a text that is never touched.

Moses tokenisation (Koehn et al., ACL 2007) through ``sacremoses`` for the languages that it has
data for, Unicode word segmentation (UAX 29) for the others, and `segmenters` for scripts that
write no spaces. Whatever does the cutting, three things hold: tokens ascend without overlap, they
cover every character that is not white space, and between two that touch there is no grapheme
cluster (a letter with its combining marks, an emoji of several code points).

Moses looks at white-space separated chunks with no more context than the kind of the next chunk,
so chunks are cut one by one and remembered: a corpus repeats most of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import msgspec
import regex

from projector.records import Document, Offsets, Pair
from projector.text.languages import base_language
from projector.text.segmenters import SPACELESS, segment

Cuts = tuple[Offsets, ...]

_CHUNK = re.compile(r"\S+")
_WHOLE = regex.compile(
    r"(?:(?:https?|ftp|rsync)://|www\.)[^\s<>\"]*[^\s<>\"'.,;:!?)\]}»”’]"  # addresses
    r"|[\w.+\-]+@(?:[\w\-]+\.)+[a-zA-Z]{2,}"  # e-mail
    r"|(?<![\w&])[@#][\p{L}\p{N}_]+"  # handles and hashtags
)
_CLUSTER = regex.compile(r"\X")
_BOUNDARY = regex.compile(r"(?w)\b")
_MARK = regex.compile(r"(?<=[\p{L}\p{N}\p{M}])[\p{M}\u00ad\u200c\u200d\u2060]")
_INNER_APOSTROPHE = regex.compile(r"(?<=\p{L}\p{M}*)['’ʼ](?=\p{L})")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}]")

# Languages whose clitics end in an apostrophe (l'home, dell'arte): Moses knows it of fr and it.
_ELIDING = frozenset({"ca", "fr", "ga", "it", "oc", "pt", "ro", "scn", "lij", "vec", "pms", "co"})


def tokenize(text: str, lang: str) -> list[Offsets]:
    """Offsets of the tokens of a text.

    Args:
        text: any text; nothing in it is changed, escaped or lost.
        lang: its language (``en``, ``eng``, ``en-GB``; "" if unknown).
    """
    lang = base_language(lang)
    if lang in SPACELESS:
        return segment(text, lang)
    chunks = [(m.start(), m.group()) for m in _CHUNK.finditer(text)]
    tokens: list[Offsets] = []
    last = len(chunks) - 1
    for n, (at, chunk) in enumerate(chunks):
        if chunk.isascii() and chunk.isalnum():
            tokens.append((at, at + len(chunk)))
            continue
        after = _kind(chunks[n + 1][1]) if n < last else ""
        tokens += [(at + a, at + b) for a, b in _cut(chunk, after, lang)]
    return tokens


def pair_with_tokens(pair: Pair) -> Pair:
    """The pair with tokens on both sides (`with_tokens`); the same one where it has them."""
    source, target = with_tokens(pair.source), with_tokens(pair.target)
    if source is pair.source and target is pair.target:
        return pair
    return msgspec.structs.replace(pair, source=source, target=target)


def with_tokens(doc: Document) -> Document:
    """The document with tokens; one that brings its own keeps them.

    Tokens made here are cut where a span starts or ends inside them ("London" in
    "London-based"), so that a labelled span is a whole number of words.
    """
    if doc.tokens is not None:
        return doc
    tokens = tokenize(doc.text, doc.lang)
    edges = {edge for span in doc.spans for part in span.parts for edge in part}
    edges -= {edge for token in tokens for edge in token}
    if edges:
        tokens = _cut_at(tokens, sorted(edges), doc.text)
    return msgspec.structs.replace(doc, tokens=tokens)


def _cut_at(tokens: list[Offsets], edges: list[int], text: str) -> list[Offsets]:
    cut: list[Offsets] = []
    waiting = iter(edges)
    edge = next(waiting, None)
    for a, b in tokens:
        while edge is not None and edge <= a:
            edge = next(waiting, None)
        while edge is not None and edge < b:
            cut.append((a, edge))
            a = edge
            edge = next(waiting, None)
        cut.append((a, b))
    return cut


def _kind(following: str) -> str:
    """What Moses asks of the next chunk: does it begin in lower case, or with a digit?"""
    first = following[0]
    return "a" if first.islower() else "0" if first.isdigit() else "A"


@lru_cache(maxsize=200_000)
def _cut(chunk: str, after: str, lang: str) -> Cuts:
    """Tokens of a chunk without white space, as offsets into it."""
    whole = list(_WHOLE.finditer(chunk))
    if whole:
        cuts: list[Offsets] = []
        at = 0
        for match in whole:
            if at < match.start():
                cuts += _shifted(_cut_plain(chunk[at : match.start()], "", lang), at)
            cuts.append(match.span())
            at = match.end()
        if at < len(chunk):
            cuts += _shifted(_cut_plain(chunk[at:], after, lang), at)
    else:
        cuts = list(_cut_plain(chunk, after, lang))
    if len(cuts) > 1 and not chunk.isascii():
        cuts = _keep_clusters(cuts, chunk)
    return tuple(cuts)


def _shifted(cuts: list[Offsets], by: int) -> list[Offsets]:
    return [(a + by, b + by) for a, b in cuts]


def _cut_plain(chunk: str, after: str, lang: str) -> list[Offsets]:
    moses = _moses(lang)
    return (_cut_moses(chunk, after, lang, moses) if moses else None) or _cut_unicode(chunk)


def _cut_moses(chunk: str, after: str, lang: str, moses: Any) -> list[Offsets] | None:
    """Moses' tokens, or None where its output is not the chunk with spaces put in.

    Moses is shown a mask of the same length, in which characters that it treats badly are
    replaced: combining marks (it would split words at them), typographic and inner apostrophes
    (it splits O'Neill in three), control characters (it deletes them).
    """
    mask = chunk
    if not chunk.isascii():
        mask = _MARK.sub("a", mask).replace("’", "'")
    if lang != "en" and lang not in _ELIDING:
        mask = _INNER_APOSTROPHE.sub("a", mask)
    mask = _CONTROL.sub("\u25a1", mask)
    given = f"{mask} {after}" if after else mask
    words: list[str] = moses.tokenize(given, escape=False)
    if after:
        words.pop()
    if "".join(words) != mask:
        return None
    cuts, at = [], 0
    for word in words:
        cuts.append((at, at + len(word)))
        at += len(word)
    return cuts


def _cut_unicode(chunk: str) -> list[Offsets]:
    edges = sorted({0, len(chunk), *(m.start() for m in _BOUNDARY.finditer(chunk))})
    cuts: list[Offsets] = []
    for a, b in pairwise(edges):
        if cuts and chunk[a] == chunk[a - 1] and b == a + 1 and not chunk[a].isalnum():
            cuts[-1] = (cuts[-1][0], b)  # "...", "--", "!!"
        else:
            cuts.append((a, b))
    return cuts


def _keep_clusters(cuts: list[Offsets], chunk: str) -> list[Offsets]:
    """Join tokens whose common edge lies inside a grapheme cluster."""
    edges = {match.end() for match in _CLUSTER.finditer(chunk)}
    joined = [cuts[0]]
    for a, b in cuts[1:]:
        if a in edges:
            joined.append((a, b))
        else:
            joined[-1] = (joined[-1][0], b)
    return joined


@cache
def _moses(lang: str) -> Any:
    """The Moses tokeniser of a language, or None if it has no data for it."""
    from sacremoses import MosesTokenizer
    from sacremoses.corpus import NonbreakingPrefixes

    if lang not in NonbreakingPrefixes().available_langs:
        return None
    tokenizer = MosesTokenizer(lang)
    tokenizer.NONBREAKING_PREFIXES = frozenset(tokenizer.NONBREAKING_PREFIXES)
    tokenizer.NUMERIC_ONLY_PREFIXES = frozenset(tokenizer.NUMERIC_ONLY_PREFIXES)
    if lang in _ELIDING:
        tokenizer.lang = "fr"  # which only chooses the rule for apostrophes
    return tokenizer
