"""Copies of training documents in which names are others of their label (mention replacement).

Translated text is about the people and places of its source: a model trained on it has seen few
names of the language that it is for. Dai and Adel (2020, "An Analysis of Simple Data Augmentation
for Named Entity Recognition") replace mentions by other mentions of the corpus; here they are
names of the target language, from a file or from Faker's tables for a country. The words around a
name stay as they are, so a new name may disagree with its article in gender.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from projector.augment.rewriting import Edit, rewritten
from projector.engines import missing_package_message
from projector.errors import DataError, EngineError, UsageError
from projector.io.formats.shared.text_files import text_lines
from projector.records import Document, Span
from projector.text.entity_labels import ORGANISATION, PERSON, PLACE
from projector.text.tokens import tokenize, with_tokens

FIRST_NAME = 0.25  # of persons that are called by one name: share that are called by the first
COUNTRY = 0.5  # of places


class Names(Protocol):
    """Where new names come from."""

    def draw(self, label: str, words: int, pick: random.Random) -> str | None:
        """A name for a mention of a label that has so many words; None if there are none."""


class ListedNames:
    """Names of a file: a label, a tab and a name on each line."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.names = names

    @classmethod
    def read(cls, path: str) -> ListedNames:
        """The names of a file.

        Raises:
            DataError: unreadable, a line without its two columns, or no line at all.
        """
        names: dict[str, list[str]] = {}
        for line in text_lines(path):
            if line.error is not None:
                raise line.error
            if not line.text.strip():
                continue
            label, tab, name = line.text.partition("\t")
            name = " ".join(name.split())
            if not tab or not label.strip() or not name:
                raise DataError(
                    f"found {line.text[:60]!r}, wanted a label, a tab and a name",
                    reason="bad_name",
                    path=path,
                    line=line.number,
                )
            names.setdefault(label.strip(), []).append(name)
        if not names:
            raise DataError("found no name, wanted a label, a tab and a name a line", path=path)
        return cls(names)

    def draw(self, label: str, words: int, pick: random.Random) -> str | None:
        """Any name of the label, whatever its length."""
        listed = self.names.get(label)
        return pick.choice(listed) if listed else None


class FakerNames:
    """Invented persons and companies, real cities and countries, in the locales asked for."""

    def __init__(self, locales: Sequence[str]) -> None:
        """
        Raises:
            EngineError: Faker is not installed.
            UsageError: it has no such locale.
        """
        try:
            from faker import Faker
            from faker.config import AVAILABLE_LOCALES
        except ModuleNotFoundError as error:
            raise EngineError(missing_package_message("--names", "faker", "option")) from error
        for locale in locales:
            if locale not in AVAILABLE_LOCALES:
                raise UsageError(
                    f"names: found {locale!r}, wanted a file of names or one of Faker's locales, "
                    "such as pt_BR, es_ES or de_AT"
                )
        self._fakers = [Faker(locale) for locale in locales]

    def draw(self, label: str, words: int, pick: random.Random) -> str | None:
        """A person of one or two names as the mention had, a city or a country, a company."""
        label = label.upper()
        if label not in PERSON | PLACE | ORGANISATION:
            return None
        faker = pick.choice(self._fakers)
        faker.seed_instance(pick.getrandbits(64))
        if label in PLACE:
            found = faker.country() if pick.random() < COUNTRY else faker.city()
        elif label in ORGANISATION:
            found = faker.company()
        elif words > 1:
            found = f"{faker.first_name()} {faker.last_name()}"
        else:
            found = faker.first_name() if pick.random() < FIRST_NAME else faker.last_name()
        return " ".join(found.split()) or None


def names_from(given: str) -> Names:
    """Names by what the user typed: a file, or locales of Faker with commas between.

    Raises:
        UsageError, DataError, EngineError: as the two kinds say.
    """
    if Path(given).is_file():
        return ListedNames.read(given)
    locales = [part.strip() for part in given.split(",") if part.strip()]
    if not locales:
        raise UsageError("names: found nothing, wanted a file of names or Faker's locales")
    return FakerNames(locales)


def renamed(doc: Document, names: Names, copy: int, share: float) -> Document | None:
    """A copy of the document with other names, or None where no name could be replaced.

    Args:
        doc: a target document.
        names: where new ones come from.
        copy: number of the copy, from 1: other names in each; the copy's id is ``ID~copy``.
        share: probability that a name is replaced; the same name in a document is replaced alike.

    What is drawn depends on the document's id and the copy's number alone. Spans in several
    pieces and spans that others begin, end or lie in keep their names. Questions do not come
    along: their wording has the old names.
    """
    doc = with_tokens(doc)
    key = hashlib.sha256(f"{copy}\0{doc.id}".encode("utf-8", "surrogatepass")).digest()
    pick = random.Random(key)
    chosen: dict[tuple[str, str], str | None] = {}
    edits: list[Edit] = []
    for span in sorted(_replaceable(doc), key=lambda s: s.start):
        surface = doc.text[span.start : span.end]
        mention = span.label, surface.casefold()
        if mention not in chosen:
            wanted = pick.random() < share
            words = len(surface.split())
            chosen[mention] = names.draw(span.label, words, pick) if wanted else None
        name = chosen[mention]
        if name and (not edits or span.start >= edits[-1].end):
            edits.append(Edit(span.start, span.end, name, tokenize(name, doc.lang)))
    if not edits:
        return None
    made = rewritten(doc, edits)
    return replace(made, id=f"{doc.id}~{copy}", questions=[])


def _replaceable(doc: Document) -> list[Span]:
    """Spans of one piece and whole tokens with no other span's edge in them."""
    starts = {a for a, _ in doc.tokens or ()}
    ends = {b for _, b in doc.tokens or ()}
    stretches = [(span, part) for span in doc.spans for part in span.parts]
    return [
        span
        for span in doc.spans
        if len(span.parts) == 1
        and span.start in starts
        and span.end in ends
        and not any(
            other is not span and not (b <= span.start or span.end <= a or _holds((a, b), span))
            for other, (a, b) in stretches
        )
    ]


def _holds(outer: tuple[int, int], span: Span) -> bool:
    """Whether a stretch holds the span and more."""
    return outer[0] <= span.start and span.end <= outer[1] and outer != (span.start, span.end)
