"""English words with lemma and part of speech: what the question rules stand on.

Two sources, in this order: tags that the document brings (``tags.upos`` with ``lemma``, as
``xproject annotate`` writes them), or Apertium's English analyser and tagger, which needs no
model download. The tags are reduced to the few classes that the rules ask for.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from projector.errors import EngineError
from projector.records import Document
from projector.translation.apertium.modes import data_folder
from projector.translation.apertium.pipe import NullPipe
from projector.translation.apertium.stream import escape, unescape
from projector.translation.apertium.tagger import Tagger

MODES = ("eng-spa", "eng-cat")  # both bring the same English analyser


class Word(Struct, frozen=True):
    """One analysed word.

    ``pos`` is one of noun, name, num, pron, det, adj, adv, adp, verb, aux, conj, sub, wh, gen,
    punct, unknown. ``form`` of a verb: past, pres (plain present), p3 (third person present),
    inf, pp, ger. ``kind`` of a name: person, place, org or "". ``plural`` of a noun.
    ``start`` and ``end`` are character offsets in the sentence.
    """

    text: str
    start: int
    end: int
    lemma: str
    pos: str
    form: str = ""
    kind: str = ""
    plural: bool = False
    negated: bool = False


def _folder() -> tuple[str, Path] | None:
    for mode in MODES:
        folder = data_folder() / f"apertium-{mode}"
        if (folder / f"{mode}.automorf.bin").exists():
            return mode, folder
    return None


def available() -> bool:
    """True if Apertium's English analyser is on this machine."""
    return shutil.which("lt-proc") is not None and _folder() is not None


def analyse(sentences: Sequence[str]) -> list[list[Word]]:
    """Words of English sentences by Apertium, one pipeline for all of them.

    Raises:
        EngineError: Apertium is missing or failed.
    """
    found = _folder()
    if found is None or not available():
        raise EngineError(
            "the question rules need parts of speech: annotate the source first (xproject "
            "annotate), or install Apertium's English (apt-get install apertium apertium-eng-spa)"
        )
    mode, folder = found
    analyser = NullPipe([["lt-proc", "-z", str(folder / f"{mode}.automorf.bin")]], 60, "Xqprobe")
    tagger = Tagger(["apertium-tagger", "-g", "-p", "-z", str(folder / f"{mode}.prob")], 60)
    try:
        texts = [escape(" ".join(s.replace("\0", " ").split())) for s in sentences]
        analysed = analyser.run_each(texts)
        lines = tagger.run_each([text or "" for text in analysed])
    finally:
        analyser.close()
        tagger.close()
    if None in analysed or None in lines:
        raise EngineError("Apertium's English analyser died or hung over one of the sentences")
    return [_words(sentence, line or "") for sentence, line in zip(sentences, lines, strict=True)]


_UNIT = re.compile(r"\^((?:[^\\^$]|\\.)*)\$")


def _words(sentence: str, line: str) -> list[Word]:
    """Words with offsets in the sentence; a unit that cannot be found there is passed over."""
    words, at = [], 0
    for match in _UNIT.finditer(line):
        surface, _, reading = match[1].partition("/")
        surface = unescape(surface)
        start, end = _find(sentence, surface, at)
        if start < 0:
            continue
        for gap in re.finditer(r"[^\s\w]+", sentence[at:start]):  # quotes lie outside of units
            words.append(Word(gap[0], at + gap.start(), at + gap.end(), gap[0], "punct"))
        at = end
        words.append(_word(sentence[start:end], start, end, reading, opening=not words))
    for gap in re.finditer(r"[^\s\w]+", sentence[at:]):
        words.append(Word(gap[0], at + gap.start(), at + gap.end(), gap[0], "punct"))
    return words


def _find(sentence: str, surface: str, at: int) -> tuple[int, int]:
    """Offsets of a unit, whose inner spaces may be any white space."""
    match = re.compile(r"\s+".join(map(re.escape, surface.split()))).search(sentence, at)
    return (match.start(), match.end()) if match and surface.strip() else (-1, -1)


_POS = {
    "n": "noun", "np": "name", "num": "num", "prn": "pron", "det": "det", "predet": "det",
    "adj": "adj", "adv": "adv", "preadv": "adv", "pr": "adp", "vblex": "verb", "vbser": "aux",
    "vbhaver": "aux", "vbmod": "aux", "vaux": "aux", "vbdo": "aux", "cnjcoo": "conj",
    "cnjsub": "sub", "cnjadv": "sub", "rel": "wh", "itg": "wh", "gen": "gen", "cm": "punct",
    "sent": "punct", "lpar": "punct", "rpar": "punct", "guio": "punct", "apos": "punct",
    "lquest": "punct", "percent": "num", "mon": "num", "ij": "adv", "abbr": "noun",
}  # fmt: skip
_KIND = {"ant": "person", "cog": "person", "loc": "place", "top": "place", "org": "org"}


def _word(text: str, start: int, end: int, reading: str, *, opening: bool) -> Word:
    if reading.startswith("*") or "<" not in reading:
        # The first word's capital says little; an unknown plural there is rather a common noun.
        name = text[:1].isupper() and not (opening and text.endswith("s"))
        pos = "name" if name else "num" if text[:1].isdigit() else "unknown"
        return Word(text, start, end, text, pos)
    first, _, rest = reading.partition("+")
    first, _, tail = first.partition("#")  # "take<vblex><past># place" is one verb
    lemma, *tags = re.split(r"[<>]+", first.rstrip(">"))
    lemma = f"{lemma} {tail.strip()}" if tail.strip() else lemma
    pos = _POS.get(tags[0], "unknown")
    if "itg" in tags or "rel" in tags:
        pos = "wh"
    form = ""
    if pos in ("verb", "aux"):
        if "past" in tags:
            form = "past"
        elif "pri" in tags:
            form = "p3" if "p3" in tags else "pres"
        elif "pres" in tags:
            form = "modal" if tags[0] in ("vaux", "vbmod") else "pres"
        elif "vaux" in tags or "vbmod" in tags:
            form = "modal"
        else:
            form = next((t for t in ("inf", "pp", "ger") if t in tags), "inf")
        if tags[0] == "vblex" and lemma in ("be", "have", "do"):
            pos = "aux"
    kind = next((_KIND[t] for t in tags if t in _KIND), "")
    if text.isdigit():
        pos = "num"
    if pos == "noun" and text[:1].isupper() and not opening and "." not in text:
        pos = "name"  # "Mr. Trump": a capital inside the sentence outweighs the dictionary
    return Word(
        text, start, end, lemma, pos, form, kind,
        plural="pl" in tags, negated="<adv>" in rest and lemma != text and "not" in rest,
    )  # fmt: skip


_UPOS = {
    "NOUN": "noun", "PROPN": "name", "NUM": "num", "PRON": "pron", "DET": "det", "ADJ": "adj",
    "ADV": "adv", "ADP": "adp", "VERB": "verb", "AUX": "aux", "CCONJ": "conj", "SCONJ": "sub",
    "PUNCT": "punct", "SYM": "num", "PART": "adp",
}  # fmt: skip
_XPOS = {
    "VBD": "past", "VBP": "pres", "VBZ": "p3", "VB": "inf", "VBN": "pp", "VBG": "ger", "MD": "modal"
}  # fmt: skip
_WH = frozenset(("WP", "WRB", "WDT", "WP$"))


def from_tags(doc: Document, start: int, end: int) -> list[Word] | None:
    """Words of ``doc.text[start:end]`` from the document's own tags, or None if it lacks them.

    It needs the layers ``upos``, ``xpos`` (Penn tags) and ``lemma``. Offsets of the words count
    from ``start``.
    """
    layers = doc.tags
    if doc.tokens is None or not all(k in layers for k in ("upos", "xpos", "lemma")):
        return None
    words = []
    for (a, b), upos, xpos, lemma in zip(
        doc.tokens, layers["upos"], layers["xpos"], layers["lemma"], strict=True
    ):
        if a < start or b > end:
            continue
        words.append(word_of_tags(doc.text[a:b], a - start, b - start, upos, xpos, lemma))
    return words


def word_of_tags(text: str, start: int, end: int, upos: str, xpos: str, lemma: str) -> Word:
    """A word from its Universal POS, Penn tag and lemma."""
    pos = "wh" if xpos in _WH else "gen" if xpos == "POS" else _UPOS.get(upos, "unknown")
    if lemma in ("not", "n't"):
        pos = "adv"
    form = _XPOS.get(xpos, "") if pos in ("verb", "aux") else ""
    return Word(text, start, end, lemma, pos, form, plural=xpos == "NNS")
