"""Dictionaries in dictd's form, as FreeDict and Debian ship them: NAME.index beside NAME.dict.dz.

The index has a line for each headword: the word, and where its article begins and how long it is,
both in base 64. Articles are free text: a first line with the headword and its pronunciation, then
translations, separated by commas and semicolons and wrapped in notes of all kinds. Only what
surely is a translation is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from projector.errors import DataError
from projector.io.streams import open_read

_DIGITS = {
    c: n for n, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_PRONOUNCED = re.compile(r"^(?P<word>.*?)\s*(?:/[^/]*/|\[[^\]]*\])?\s*(?:<[^>]*>)?\s*$")
_NOTE = re.compile(r"<[^>]*>|\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|\b(?:sb|sth|jmd|jmdn|jdm|etw)\.")
_SENSE = re.compile(r"^\s*(?:\d+|[a-z])[.)]\s+")
_ASIDE = re.compile(r"^\s*(?:see:|Synonyms?:|Antonyms?:|Note:|Usage:|\"|'|-{2,}|\[)|[:\"]")


def decode_number(text: str) -> int:
    """dictd's numbers: base 64, most significant digit first."""
    value = 0
    for c in text:
        value = value * 64 + _DIGITS[c]
    return value


def dictd_files(name: str) -> tuple[str, str]:
    """The index and the articles of a dictionary (see `read_dictd`).

    Raises:
        DataError: one of the two is missing.
    """
    base = re.sub(r"\.(?:index|dict|dict\.dz)$", "", name)
    articles = next((p for p in (f"{base}.dict.dz", f"{base}.dict") if Path(p).exists()), "")
    if not articles or not Path(f"{base}.index").exists():
        raise DataError(
            "found no dictionary, wanted NAME.index and NAME.dict.dz (or NAME.dict) beside it",
            reason="unreadable",
            path=base,
        )
    return f"{base}.index", articles


def read_dictd(name: str) -> Iterator[tuple[str, str]]:
    """Pairs (headword, translation), in the index's order and without repetition.

    Args:
        name: the .index file, the .dict or .dict.dz file, or their name without a suffix.

    Raises:
        DataError: one of the two files is missing or damaged.
    """
    index, articles = map(Path, dictd_files(name))
    try:
        with open_read(articles) as stream:
            data = stream.read()
        lines = index.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"found a damaged dictionary ({error}), wanted dictd's form", path=str(articles)
        ) from error
    seen: set[tuple[str, str]] = set()
    done: set[tuple[int, int]] = set()
    for number, line in enumerate(lines, 1):
        columns = line.split("\t")
        try:
            word, start, length = columns[0], decode_number(columns[1]), decode_number(columns[2])
        except (IndexError, KeyError):
            raise DataError(
                f"found {line[:60]!r}, wanted word, tab, place, tab, length",
                path=str(index),
                line=number,
            ) from None
        if word.startswith("00") or (start, length) in done:  # the first: about the dictionary
            continue
        done.add((start, length))
        if start + length > len(data):
            raise DataError(
                f"found an article that ends at byte {start + length}, wanted at most "
                f"{len(data)}: index and dictionary do not belong together",
                path=str(index),
                line=number,
            )
        article = data[start : start + length].decode("utf-8", "replace")
        for pair in article_pairs(article):
            if pair not in seen:
                seen.add(pair)
                yield pair


def article_pairs(article: str) -> Iterator[tuple[str, str]]:
    """Headword and each of its translations in one article."""
    lines = article.strip("\n").split("\n")
    match = _PRONOUNCED.match(lines[0])
    word = _NOTE.sub("", match["word"] if match else lines[0]).strip()
    if not word:
        return
    for line in lines[1:]:
        # Indented lines explain (synonyms, examples); so does what ends with or holds a colon.
        if line.startswith("   ") or not line.strip():
            continue
        sense = _SENSE.sub("", line)
        if _ASIDE.search(sense):
            continue
        for part in re.split(r"[;,/]", _NOTE.sub("", sense)):
            translation = " ".join(part.split()).strip(" .!?…-")
            if translation and any(c.isalpha() for c in translation):
                yield word, translation
