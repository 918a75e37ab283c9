"""Names that go through untranslated: the option ``keep`` of the stage `translate`.

The record says what its names are, by its own spans. Each becomes a lexical constraint that asks
for the name itself, which every engine takes in its own way: Apertium replaces it by a made-up
proper noun, searched models are constrained, a language model is told. Whatever the engine did,
the translation is looked at afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from projector.records import Document
from projector.translation.constraints import Wanted


def names_of(doc: Document, labels: Collection[str]) -> list[Wanted]:
    """Constraints for the spans with one of the labels, longer ones before those inside them."""
    stretches = {part for span in doc.spans if span.label in labels for part in span.parts}
    return [
        Wanted((" ".join(doc.text[a:b].split()),), a, b)
        for a, b in sorted(stretches, key=lambda s: (s[0] - s[1], s))
        if doc.text[a:b].strip()
    ]


def names_in(text: str, names: Collection[Wanted]) -> list[Wanted]:
    """The same names where another text of the record (a question, a title) mentions them."""
    found = []
    for name in names:
        words = r"\s+".join(map(re.escape, name.wanted[0].split()))
        for match in re.finditer(rf"(?<!\w){words}(?!\w)", text):
            found.append(Wanted(name.wanted, *match.span()))
    return found


def lost_name(names: Collection[str], translation: str) -> str:
    """The first name that does not stand in the translation, "" if all do.

    Case and the two ways to write a diacritic in Unicode make no difference: a name may stand at
    the beginning of a sentence or in a headline.
    """
    plain = _plain(translation)
    return next((name for name in names if _plain(name) not in plain), "")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
