"""Offsets in UTF-16 units, as JavaScript counts them, from and to code points."""

from __future__ import annotations


def to_utf16(text: str, offset: int) -> int:
    """The number of UTF-16 units before the code point at ``offset``."""
    return offset + sum(char > "\uffff" for char in text[:offset])


def to_code_points(text: str, units: int) -> int | None:
    """The code point that starts at a UTF-16 offset; None inside a surrogate pair or outside."""
    at = 0
    for n, char in enumerate(text):
        if at >= units:
            return n if at == units else None
        at += 2 if char > "\uffff" else 1
    return len(text) if at == units else None
