"""A sentence as XML or HTML for servers that handle tags, and its translation back as text.

What must not be translated (code, formulas, placeholders, wanted renderings) goes as
``<x id="1">...</x>`` (in HTML ``<span translate="no" id="x1">``); the text's own tags go as
``<g2>``, ``</g2>`` and ``<h3/>``, since other mark-up could be misread. All else is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from projector.records import Offsets
from projector.translation.base import Constraint
from projector.translation.verbatim import TAG_PARTS, inline

Markup = Literal["xml", "html", "none"]

_KEPT = re.compile(
    r"""<x\s+id\s*=\s*["']?(\d+)["']?\s*>.*?</x\s*>|"""
    r"""<span\b[^<>]*\bid\s*=\s*["']?x(\d+)["']?[^<>]*>.*?</span\s*>""",
    re.DOTALL | re.IGNORECASE,
)
_OWN = re.compile(r"""<(/?)g(\d+)\s*>|<h(\d+)\s*/?>(?:\s*</h\3\s*>)?""", re.IGNORECASE)
_ELEMENT = re.compile(rf"{_KEPT.pattern}|</?g\d+\s*>|<h\d+\s*/?>", _KEPT.flags)
_LEFT_OVER = re.compile(r"</?(?:x|span|g\d+|h\d+)\b[^<>]*>", re.IGNORECASE)


class Tagged(Struct, frozen=True):
    """A sentence as it is sent, and what its elements stand for.

    Attributes:
        sent: what the server gets.
        markup: in which mark-up; ``none``: the sentence itself.
        kept: by number, what comes back in the place of an element that is not translated.
        own: by number and whether it closes, the text's own tags.
    """

    sent: str
    markup: Markup
    kept: dict[str, str]
    own: dict[tuple[str, bool], str]

    def restored(self, answer: str) -> str:
        """The translation as text. What got lost is lost, what came twice stands twice: the caller
        looks (`shielded.came_through`)."""
        if self.markup == "none":
            return answer.strip()
        out: list[str] = []
        at = 0
        for match in _ELEMENT.finditer(answer):
            out.append(self._text(answer[at : match.start()]))
            out.append(self._element(match.group()))
            at = match.end()
        out.append(self._text(answer[at:]))
        return "".join(out).strip()

    def _element(self, element: str) -> str:
        if match := _KEPT.fullmatch(element):
            return self.kept.get(match[1] or match[2], "")
        match = _OWN.fullmatch(element)
        assert match is not None
        return self.own.get((match[2] or match[3], bool(match[1])), "")

    def _text(self, text: str) -> str:
        return html.unescape(_LEFT_OVER.sub("", text))


def tagged(text: str, constraints: Sequence[Constraint], markup: Markup) -> Tagged:
    """A sentence as the server gets it.

    Args:
        constraints: those with offsets go as elements that hold their first rendering; where they
            overlap with code and the like, that goes first.
    """
    if markup == "none":
        return Tagged(text, markup, {}, {})
    stretches: list[tuple[Offsets, str, bool]] = [
        (place, text[place[0] : place[1]], noun) for place, noun in inline(text)
    ]
    for c in constraints:
        place = (c.start, c.end)
        if 0 <= c.start < c.end and all(b <= c.start or c.end <= a for (a, b), _, _ in stretches):
            stretches.append((place, c.wanted[0], True))
    parts: list[str] = []
    kept: dict[str, str] = {}
    own: dict[tuple[str, bool], str] = {}
    open_: list[tuple[str, str]] = []  # name and number of the tags that are open
    at = 0
    for number, ((a, b), shown, noun) in enumerate(sorted(stretches), start=1):
        parts.append(html.escape(text[at:a], quote=False))
        n = str(number)
        if noun:
            kept[n] = shown
            inside = html.escape(shown, quote=False)
            parts.append(
                f'<x id="{n}">{inside}</x>'
                if markup == "xml"
                else f'<span translate="no" id="x{n}">{inside}</span>'
            )
        else:
            parts.append(_own_tag(shown, n, text[b:], open_, own))
        at = b
    parts.append(html.escape(text[at:], quote=False))
    return Tagged("".join(parts), markup, kept, own)


def _own_tag(
    tag: str, number: str, rest: str, open_: list[tuple[str, str]], own: dict[tuple[str, bool], str]
) -> str:
    """How a tag of the text goes: as one of a pair where it is one, else as an empty element."""
    match = TAG_PARTS.fullmatch(tag)
    if match is not None and match[1] and open_ and open_[-1][0] == match[2]:
        _, opened = open_.pop()
        own[opened, True] = tag
        return f"</g{opened}>"
    if match is not None and not match[1] and not match[3] and f"</{match[2]}>" in rest:
        open_.append((match[2], number))
        own[number, False] = tag
        return f"<g{number}>"
    own[number, False] = tag
    return f"<h{number}/>"
