"""Which column of a CoNLL-like file is what: as the user says, or as its first rows show.

A column specification is ``token=0,tag=-1``: names and numbers from 0, negative ones from the
end. ``token`` is the word, ``tag`` the span tags (IOB1, IOB2, BILOU), ``index`` a running number
that is only written; any other name is a layer of token tags (``upos=1``).
"""

from __future__ import annotations

from collections.abc import Sequence

from projector.errors import UsageError
from projector.io.bio import is_ill_formed

Columns = dict[str, int]


def parse_columns(given: str) -> Columns:
    """``"token=0,tag=-1"`` -> ``{"token": 0, "tag": -1}``.

    Raises:
        UsageError: not of this form, no token column, or one column named twice.
    """
    columns: Columns = {}
    for part in given.split(","):
        name, equals, number = part.strip().partition("=")
        try:
            place = int(number)
        except ValueError:
            place = None
        if not name or not equals or place is None:
            raise UsageError(f"columns: found {part!r}, wanted NAME=NUMBER such as token=0")
        if name in columns or place in columns.values():
            raise UsageError(f"columns: found {part!r}, but that name or number is taken already")
        columns[name] = place
    if "token" not in columns:
        raise UsageError(f"columns: found {given!r}, wanted one called 'token' among them")
    return columns


def guess_columns(rows: Sequence[Sequence[str]]) -> Columns:
    """Columns of a file, from its first rows (each a list of fields).

    The token is the first column that is not a running number; the tag is the last column that
    holds nothing but span tags. Without such a column the last one is the layer ``pos``.
    """
    if not rows:
        return {"token": 0}
    width = min(len(row) for row in rows)
    token = next((n for n in range(width) if not _is_index([row[n] for row in rows])), 0)
    tagged = [
        n
        for n in range(width)
        if n != token and not any(is_ill_formed(row[n]) or not row[n] for row in rows)
    ]
    if tagged:
        # "O" in every row is a span column too, but one with spans in it is the better guess.
        spoken = [n for n in tagged if any(row[n] != "O" for row in rows)]
        return {"token": token, "tag": (spoken or tagged)[-1]}
    if width > token + 1:
        return {"token": token, "pos": width - 1}
    return {"token": token}


def _is_index(values: Sequence[str]) -> bool:
    """Running numbers, from 1 again in each sentence (ranges and empty nodes of CoNLL-U too)."""
    return all(v.replace("-", "").replace(".", "").isdecimal() for v in values) and "1" in values


def split_row(text: str, separator: str) -> list[str]:
    """The fields of a row; ``auto`` is tabs if there is one in the row, else runs of spaces."""
    if separator == "tab" or (separator == "auto" and "\t" in text):
        return [field.strip(" ") for field in text.rstrip("\t").split("\t")]
    if separator in ("auto", "space"):
        return [field for field in text.split(" ") if field]
    return [field.strip() for field in text.split(separator)]


def layout(columns: Columns) -> list[str | None]:
    """The names of the columns in writing order; None where nothing is to be written but ``_``.

    Raises:
        UsageError: two names end up in one place.
    """
    width = max([n + 1 for n in columns.values() if n >= 0] + [0])
    width = max(width, len(columns))
    names: list[str | None] = [None] * width
    for name, place in columns.items():
        at = place if place >= 0 else width + place
        if not 0 <= at < width or names[at] is not None:
            raise UsageError(f"columns: {name}={place} does not fit beside the others")
        names[at] = name
    return names
