"""Tags read back from a marked translation, and mended where the translator damaged them.

Used by `markers`. Tags may come back with spaces in them, in capitals, without their partner, in
the wrong order or across one another. What is mended counts less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from projector.projection.markers.insertion import Markers

WHOLE, MENDED, CROSSED = 1.0, 0.5, 0.3  # how much a stretch is trusted


class Found(Struct, frozen=True):
    """A stretch of the plain translation; ``part`` is whose it is, or -1 if tags are all equal."""

    start: int
    end: int
    quality: float
    part: int = -1


class Tag(Struct, frozen=True):
    """A tag at a place of the plain text."""

    at: int
    part: int
    opens: bool


def read_back(
    text: str, markers: Markers, words: Sequence[int], holders: Sequence[int] | None = None
) -> tuple[str, list[Found]]:
    """The translation without tags, and the tagged stretches in it in text order.

    Args:
        text: the marked translation.
        words: how many words each part has in the source; a tag without its partner is given a
            stretch of as many.
        holders: of nested tags, the part that holds each (`insertion.parents`).
    """
    plain, tags = strip(text, markers, len(words))
    if markers.distinct and holders is not None:
        found = nested(plain, tags, words, holders)
    elif markers.distinct:
        found = [f for n, size in enumerate(words) if (f := own(plain, tags, n, size)) is not None]
        found = apart(sorted(found, key=lambda f: (f.start, f.end)), words)
    else:
        size = round(sum(words) / len(words)) if words else 1
        found = in_order(plain, tags, size)
    kept = (tight(plain, f) for f in found)
    return plain, [f for f in kept if f is not None]


def pattern(marker: str) -> str:
    """A marker with space anywhere in it."""
    return r"\s*".join(re.escape(letter) for letter in marker)


def strip(text: str, markers: Markers, count: int) -> tuple[str, list[Tag]]:
    """The text without tags and without the space that stood between tag and word."""
    if "&lt;" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">")
    names: dict[str, tuple[int, bool]] = {}
    choices = []
    for n in range(count if markers.distinct else min(count, 1)):
        for opens, marker in zip((True, False), markers.of(n), strict=True):
            name = f"t{len(names)}"
            names[name] = (n if markers.distinct else -1, opens)
            choices.append(f"(?P<{name}>{pattern(marker)})")
    if not choices:
        return text, []
    plain = ""
    tags = []
    at = 0
    for match in re.finditer("|".join(choices), text, re.IGNORECASE):
        part, opens = names[str(match.lastgroup)]
        before = text[at : match.start()]
        at = match.end()
        if not opens:
            # "[ x ]," -> "x,": the space before a closing tag belongs to the tag.
            before = before.rstrip()
        if before[:1].isspace() and (not plain or plain[-1].isspace()):
            before = before.lstrip()
        plain += before
        if opens:
            while at < len(text) and text[at].isspace():
                at += 1
            if (
                plain
                and not plain[-1].isspace()
                and match.start()
                and text[match.start() - 1] == " "
            ):
                plain += " "
        tags.append(Tag(len(plain), part, opens))
    rest = text[at:]
    if rest[:1].isspace() and (not plain or plain[-1].isspace()):
        rest = rest.lstrip()
    return plain + rest, tags


def own(plain: str, tags: Sequence[Tag], part: int, size: int) -> Found | None:
    """The stretch of one part by its own tags."""
    opening = next((t for t in tags if t.part == part and t.opens), None)
    closings = [t for t in tags if t.part == part and not t.opens]
    if opening is None and not closings:
        return None
    if opening is not None and closings:
        after = [t for t in closings if t.at > opening.at]
        if after:
            return Found(opening.at, after[0].at, WHOLE, part)
        if closings[0].at < opening.at:
            return Found(closings[0].at, opening.at, MENDED, part)
        return None  # nothing stands between them
    if opening is not None:
        return Found(opening.at, ahead(plain, tags, opening, size), MENDED, part)
    return Found(behind(plain, tags, closings[0], size), closings[0].at, MENDED, part)


def nested(
    plain: str, tags: Sequence[Tag], words: Sequence[int], holders: Sequence[int]
) -> list[Found]:
    """The stretches of nested tags: those with one holder apart from each other, and each inside
    its holder where they share anything; what had to be cut counts less."""
    found: dict[int, Found] = {}
    for n, size in enumerate(words):
        inside = {m for m in range(len(words)) if n in _line(m, holders)}
        one = own(plain, [tag for tag in tags if tag.part not in inside], n, size)
        if one is not None:
            found[n] = one
    for holder in sorted(set(holders)):
        group = [found[n] for n in found if holders[n] == holder]
        for one in apart(sorted(group, key=lambda f: (f.start, f.end)), words):
            found[one.part] = one
    for n in sorted(found):  # holders come before what they hold
        outer, one = found.get(holders[n]), found[n]
        if outer is None or (outer.start <= one.start and one.end <= outer.end):
            continue
        start, end = max(outer.start, one.start), min(outer.end, one.end)
        if start >= end:  # they share nothing: neither can be cut to fit
            start, end = one.start, one.end
        found[n] = Found(start, end, min(one.quality, CROSSED), n)
    return sorted(found.values(), key=lambda f: (f.start, -f.end, f.part))


def _line(part: int, holders: Sequence[int]) -> list[int]:
    """The part's holder, its holder's holder, and so on."""
    line = []
    while (part := holders[part]) >= 0:
        line.append(part)
    return line


def in_order(plain: str, tags: Sequence[Tag], size: int) -> list[Found]:
    """Stretches of equal tags; one inside another cannot be told, so they are read flat."""
    found = []
    opened: Tag | None = None
    for tag in tags:
        if tag.opens:
            if opened is not None:
                found.append(Found(opened.at, ahead(plain, tags, opened, size), MENDED))
            opened = tag
        elif opened is not None:
            found.append(Found(opened.at, tag.at, WHOLE))
            opened = None
        else:
            found.append(Found(behind(plain, tags, tag, size), tag.at, MENDED))
    if opened is not None:
        found.append(Found(opened.at, ahead(plain, tags, opened, size), MENDED))
    return found


def ahead(plain: str, tags: Sequence[Tag], tag: Tag, size: int) -> int:
    """The end of ``size`` words after a tag, or the next tag's place if that comes first."""
    limit = min((t.at for t in tags if t.at > tag.at), default=len(plain))
    ends = [m.end() for m in re.finditer(r"\w+", plain[tag.at : limit])]
    return tag.at + ends[min(size, len(ends)) - 1] if ends else tag.at


def behind(plain: str, tags: Sequence[Tag], tag: Tag, size: int) -> int:
    """The start of ``size`` words before a tag, or the last tag's place if that comes later."""
    limit = max((t.at for t in tags if t.at < tag.at), default=0)
    starts = [m.start() for m in re.finditer(r"\w+", plain[limit : tag.at])]
    return limit + starts[-min(size, len(starts))] if starts else tag.at


def apart(found: Sequence[Found], words: Sequence[int]) -> list[Found]:
    """Stretches that cross or hold one another cut so that they do not.

    The source's parts are disjoint, so their stretches are too. What two of them claim goes to
    the one that is shorter for its source.
    """
    out: list[Found] = []
    for right in found:
        if out and right.start < out[-1].end:
            left = out.pop()
            if right.end <= left.end:  # inside: the outer one keeps its longer side
                before, after = right.start - left.start, left.end - right.end
                a, b = (left.start, right.start) if before >= after else (right.end, left.end)
                outer = Found(a, b, CROSSED, left.part)
                out += sorted((outer, right), key=lambda f: f.start)
                continue
            need_left = (left.end - left.start) / max(1, words[left.part])
            need_right = (right.end - right.start) / max(1, words[right.part])
            cut = left.end if need_left <= need_right else right.start
            out.append(Found(left.start, cut, CROSSED, left.part))
            right = Found(cut, right.end, CROSSED, right.part)
        out.append(right)
    return out


def tight(plain: str, found: Found) -> Found | None:
    """Without white space at its edges; None if nothing is left."""
    start, end = found.start, found.end
    while start < end and plain[start].isspace():
        start += 1
    while end > start and plain[end - 1].isspace():
        end -= 1
    return Found(start, end, found.quality, found.part) if start < end else None
