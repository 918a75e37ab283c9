"""What of a sentence goes into Apertium: plain white space, and stand-ins for what must survive.

Addresses and phrases with a wanted translation are replaced by made-up names, which ride through
as one unit and are replaced again in the translation. Every character remembers the stretch of
the sentence that it stands for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import regex
from msgspec import Struct, field

from projector.records import Offsets
from projector.translation.base import Constraint

_PROTECTED = regex.compile(
    r"(?:(?:https?|ftp)://|www\.)[^\s<>\"]*[^\s<>\"'.,;:!?)\]}»”’]"
    r"|[\w.+\-]+@(?:[\w\-]+\.)+[a-zA-Z]{2,}"
    r"|(?<![\w&])[@#][\p{L}\p{N}_]+"
    r"|(?<!\w)XQ\d+(?!\w)"  # what stands for code and formulas (`projector.translation.shielding`)
)
_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")


class StandIn(Struct, frozen=True):
    """A made-up name, the stretch that it stands for and what comes out in its place."""

    name: str
    start: int
    end: int
    output: str
    constraint: int = -1  # its place among the sentence's constraints


class Input(Struct):
    """A sentence as the engine gets it; ``places[n]`` is what character n stands for."""

    text: str
    places: list[Offsets]
    stand_ins: list[StandIn] = field(default_factory=list)

    def stretch(self, a: int, b: int) -> Offsets:
        """The stretch of the sentence that ``text[a:b]`` stands for."""
        return self.places[a][0], self.places[b - 1][1]


def prepare(sentence: str, constraints: Sequence[Constraint] = (), protect: bool = True) -> Input:
    """A sentence made ready for the engine."""
    stand_ins = _stand_ins(sentence, constraints, protect)
    if not stand_ins and sentence.isprintable() and "  " not in sentence and sentence[:1] != " ":
        text = sentence.rstrip()  # nearly all sentences; isprintable knows no other white space
        return Input(text, [(n, n + 1) for n in range(len(text))])
    chars: list[str] = []
    places: list[Offsets] = []
    at = 0
    for stand_in in [*stand_ins, None]:
        end = stand_in.start if stand_in is not None else len(sentence)
        for n in range(at, end):
            char = sentence[n]
            if char in _INVISIBLE:
                continue
            if char.isspace() or unicodedata.category(char) == "Cc":
                if not chars or chars[-1] == " ":
                    continue
                char = " "
            elif "\ud800" <= char <= "\udfff":
                char = "\ufffd"
            chars.append(char)
            places.append((n, n + 1))
        if stand_in is not None:
            # A phrase that ends inside a word is set apart, or the analyser would not see it.
            after = sentence[stand_in.end : stand_in.end + 1]
            name = " " if chars and chars[-1].isalnum() else ""
            name += stand_in.name + (" " if after.isalnum() else "")
            chars += name
            places += [(stand_in.start, stand_in.end)] * len(name)
            at = stand_in.end
    while chars and chars[-1] == " ":
        chars.pop()
        places.pop()
    return Input("".join(chars), places, stand_ins)


def _stand_ins(sentence: str, constraints: Sequence[Constraint], protect: bool) -> list[StandIn]:
    wanted: list[tuple[int, int, str, int]] = []
    for n, constraint in enumerate(constraints):
        a, b = constraint.start, constraint.end
        if 0 <= a < b <= len(sentence) and constraint.wanted and not _crosses(wanted, a, b):
            wanted.append((a, b, constraint.wanted[0], n))
    if protect:
        for match in _PROTECTED.finditer(sentence):
            if not _crosses(wanted, *match.span()):
                wanted.append((*match.span(), match.group(), -1))
    names = _free_names(sentence)
    return [StandIn(next(names), a, b, output, n) for a, b, output, n in sorted(wanted)]


def _crosses(wanted: Sequence[tuple[int, int, str, int]], a: int, b: int) -> bool:
    return any(a < end and start < b for start, end, _, _ in wanted)


def _free_names(sentence: str) -> Iterator[str]:
    """Made-up names that no dictionary has and that do not stand in the sentence."""
    low = sentence.lower()
    for n in range(26**3):
        name = "Xq" + "".join(chr(97 + n // 26**k % 26) for k in (2, 1, 0)) + "xz"
        if name.lower() not in low:
            yield name
