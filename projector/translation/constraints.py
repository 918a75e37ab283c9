"""Lexical constraints as records carry them, brought to the sentences that they fall in.

A record says which translations it wants of which phrases, in a list such as
``[{"start": 0, "end": 6, "wanted": ["Berlín"]}, {"phrase": "heart attack", "wanted": "infarto"}]``
or as a mapping of phrases, ``{"heart attack": "infarto"}``. Offsets count in the text that the
constraint belongs to; a phrase is meant wherever it stands as whole words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from projector.errors import DataError, EngineError
from projector.records import Offsets
from projector.text.language_codes import glue_for
from projector.translation.base import Constraint


class Wanted(Struct, frozen=True):
    """A constraint on a whole text: a stretch (``start`` >= 0) or a phrase, and its renderings."""

    wanted: tuple[str, ...]
    start: int = -1
    end: int = -1
    phrase: str = ""


def check_one_for_each(
    constraints: Sequence[Sequence[Constraint]] | None, sentences: Sequence[str]
) -> None:
    """Raise EngineError unless there are no constraints, or a list of them for each sentence."""
    if constraints is not None and len(constraints) != len(sentences):
        raise EngineError(
            f"constraints: found {len(constraints)} lists, wanted one for each of "
            f"{len(sentences)} sentences"
        )


def holds(text: str, wanted: Sequence[str], target: str) -> bool:
    """Whether one of the alternatives stands in the text, as whole words where words are spaced."""
    for phrase in wanted:
        words = r"\s+".join(re.escape(word) for word in phrase.split())
        pattern = words if glue_for(target) == "" else rf"(?<!\w){words}(?!\w)"
        if words and re.search(pattern, text):
            return True
    return False


def read_constraints(value: object, where: str) -> list[Wanted]:
    """Constraints from what stands in a record (see the module's docstring).

    Raises:
        DataError: with field, found and wanted.
    """
    if value is None:
        return []
    if isinstance(value, dict):
        value = [{"phrase": phrase, "wanted": wanted} for phrase, wanted in value.items()]
    if not isinstance(value, list):
        raise _bad(where, f"found a JSON {type(value).__name__}, wanted a list of constraints")
    return [_read(item, f"{where}[{n}]") for n, item in enumerate(value)]


def _read(item: object, where: str) -> Wanted:
    if not isinstance(item, dict):
        raise _bad(where, f"found a JSON {type(item).__name__}, wanted an object")
    wanted = item.get("wanted")
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(wanted, list) or not all(isinstance(w, str) and w.strip() for w in wanted):
        raise _bad(f"{where}.wanted", "wanted a text, or a list of texts")
    if not wanted:
        raise _bad(f"{where}.wanted", "found an empty list, wanted at least one rendering")
    phrase, start, end = item.get("phrase", ""), item.get("start", -1), item.get("end", -1)
    if isinstance(phrase, str) and phrase.strip():
        return Wanted(tuple(wanted), phrase=phrase.strip())
    for name, number in (("start", start), ("end", end)):
        if not isinstance(number, int) or isinstance(number, bool):
            raise _bad(f"{where}.{name}", f"found {number!r}, wanted a whole number")
    if not 0 <= start < end:
        raise _bad(where, f"found [{start}, {end}], wanted 'start' < 'end', or a 'phrase'")
    return Wanted(tuple(wanted), start, end)


def _bad(where: str, detail: str) -> DataError:
    return DataError(f"{where}: {detail}", reason="bad_field")


def in_sentences(
    constraints: Sequence[Wanted], text: str, sentences: Sequence[Offsets]
) -> list[list[tuple[int, Constraint]]]:
    """For each sentence its constraints, each with its place in ``constraints``.

    Stretches of a sentence never overlap: the first one given wins. A stretch that crosses a
    sentence's edge is left out (it cannot be one phrase of a translation).
    """
    found: list[list[tuple[int, Constraint]]] = [[] for _ in sentences]
    for place, constraint in enumerate(constraints):
        for a, b in _stretches(constraint, text):
            for n, (start, end) in enumerate(sentences):
                if start <= a and b <= end and not _taken(found[n], a - start, b - start):
                    found[n].append(
                        (place, Constraint(list(constraint.wanted), a - start, b - start))
                    )
    return found


def _stretches(constraint: Wanted, text: str) -> list[Offsets]:
    if constraint.start >= 0:
        return [(constraint.start, constraint.end)] if constraint.end <= len(text) else []
    phrase = r"\s+".join(re.escape(word) for word in constraint.phrase.split())
    return [m.span() for m in re.finditer(rf"(?<!\w){phrase}(?!\w)", text)]


def _taken(row: Sequence[tuple[int, Constraint]], a: int, b: int) -> bool:
    return any(a < c.end and c.start < b for _, c in row)
