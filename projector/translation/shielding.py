"""What an engine would garble is kept from it and put back: code, formulas, tags, addresses, emoji.

Before translation

- what stands like a noun (an address, a placeholder, code, a formula, a word of a script that the
  vocabulary lacks) becomes a stand-in that models copy (``XQ1``: Firefox's students copy it once in
  198 to 200 of 200 sentences, either way between English and Portuguese);
- what stands beside the words (tags, emoji, symbols) is taken out where the engine gives links, and
  becomes a stand-in of its own where it gives none;
- quotes, dashes and letters with a diacritic that the vocabulary lacks become their plain likeness.

After it stand-ins are put back in place, and what was taken out goes where the word links say that
its neighbour went. What the vocabulary lacks matters to Firefox's students, which have no pieces
for curly quotes, most emoji, ``<`` or ``{``: such characters vanish, or garble what stands around.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from projector.records import Offsets
from projector.translation.rewriting import Edit, Rewritten, in_order
from projector.translation.verbatim import NOUN, NOUN_OR_SOCIAL, inline

_LIKENESS = str.maketrans(
    {**dict.fromkeys("“”„«»″", '"'), **dict.fromkeys("‘’‚‹›′", "'"), **dict.fromkeys("‒–—―", "-")}
)
Lacking = Callable[[str], Sequence[Offsets]]


class TakenOut(NamedTuple):
    """Something that was taken out of the source.

    Attributes:
        text: what it is.
        place: its offsets in the source.
        after, before: whether it touches what stands before, or after it.
    """

    text: str
    place: Offsets
    after: bool
    before: bool


class StandIn(NamedTuple):
    """What a stand-in stands for, and where a space was put between it and what it touches."""

    text: str
    spaced_before: bool = False
    spaced_after: bool = False


class Shielded(NamedTuple):
    """A sentence as the engine gets it.

    Attributes:
        original: the sentence.
        source: the sentence, rewritten.
        stand_ins: stand-in -> what it stands for.
        taken_out: what is to be put back by the links.
        plain: whether quotes, dashes and diacritics were made plain.
    """

    original: str
    source: Rewritten
    stand_ins: dict[str, StandIn]
    taken_out: list[TakenOut]
    plain: bool


def shield(
    text: str, lacking: Lacking | None = None, *, stand_ins: bool = True, tags: bool = False
) -> Shielded:
    """Rewrite a sentence for an engine.

    Args:
        lacking: the stretches of a text that the engine's vocabulary does not have; None where
            it has them all.
        stand_ins: False takes everything out instead (a stand-in got lost).
        tags: tags become stand-ins too: there will be no links to put them back by.
    """
    plain = _plain(text, lacking) if lacking is not None else text
    taken = inline(text, NOUN_OR_SOCIAL if lacking is not None else NOUN)
    for start, end in lacking(plain) if lacking is not None else ():
        if any(a < end and start < b for (a, b), _ in taken):
            continue
        letters = any(map(str.isalnum, text[start:end]))
        place = _whole_word(text, start, end) if letters else (start, end)
        if all(b <= place[0] or place[1] <= a for (a, b), _ in taken):
            taken.append((place, letters))
    edits: list[Edit] = []
    named: dict[str, StandIn] = {}
    removed: list[TakenOut] = []
    number = 0
    for place, noun in sorted(taken):
        start, end = place
        if (noun or tags) and stand_ins:
            number += 1
            while f"XQ{number}" in text:
                number += 1
            before = start > 0 and (text[start - 1].isalnum() or any(e.end == start for e in edits))
            after = end < len(text) and text[end].isalnum()
            named[f"XQ{number}"] = StandIn(text[start:end], before, after)
            edits.append(Edit(start, end, f"{' ' * before}XQ{number}{' ' * after}"))
            continue
        after = start > 0 and not text[start - 1].isspace()
        before = end < len(text) and not text[end].isspace()
        removed.append(TakenOut(text[start:end], place, after, before))
        edits.append(Edit(start, end, ""))
    covered = [(e.start, e.end) for e in edits]
    edits += [
        Edit(n, n + 1, new)
        for n, (old, new) in enumerate(zip(text, plain, strict=True))
        if old != new and not any(a <= n < b for a, b in covered)
    ]
    return Shielded(text, Rewritten(text, edits), named, removed, lacking is not None)


class Restored(NamedTuple):
    """A translation with everything put back.

    Attributes:
        target: the student's translation, rewritten.
        links: between what was taken out of the source and where it was put back.
    """

    target: Rewritten
    links: list[tuple[Offsets, Offsets, float]]


def restore(
    shielded: Shielded, target: str, links: Sequence[tuple[Offsets, Offsets, float]]
) -> Restored | None:
    """The student's translation with everything put back; None if a stand-in got lost or doubled.

    Args:
        links: between the sentence as the student got it and its translation.
    """
    edits: list[Edit] = []
    for name, stands_for in shielded.stand_ins.items():
        left = " ?" if stands_for.spaced_before else ""
        right = " ?" if stands_for.spaced_after else ""
        pattern = rf"{left}(?<![^\W_]){name}(?!\w){right}"
        found = [m.span() for m in re.finditer(pattern, target)]
        if len(found) != 1:
            return None
        edits.append(Edit(*found[0], stands_for.text))
    if any(a.end > b.start for a, b in pairwise(sorted(edits))):
        return None  # two ate one space
    if shielded.plain:
        edits += _marks(shielded.original, target, [(e.start, e.end) for e in edits])
    replaced = [(e.start, e.end) for e in edits]
    back = [
        _outside(_put_back(shielded, lost, target, links), replaced) for lost in shielded.taken_out
    ]
    whole = Rewritten(target, [*edits, *back])
    order = sorted(range(len(edits) + len(back)), key=lambda n: in_order([*edits, *back][n]))
    places = dict(zip(order, whole.places, strict=True))
    put = []
    for n, lost in enumerate(shielded.taken_out):
        at = whole.text.index(lost.text, places[len(edits) + n][0])
        put.append((lost.place, (at, at + len(lost.text)), 1.0))
    return Restored(whole, put)


def _outside(edit: Edit, replaced: Sequence[Offsets]) -> Edit:
    """An insertion that would fall inside a replaced stretch, moved to its end."""
    for start, end in replaced:
        if start < edit.start < end:
            return edit._replace(start=end, end=end)
    return edit


def _put_back(
    shielded: Shielded,
    lost: TakenOut,
    target: str,
    links: Sequence[tuple[Offsets, Offsets, float]],
) -> Edit:
    """Where a tag or symbol goes: beside the translation of the word that it stood beside."""
    at = shielded.source.after(lost.place)[0]
    if lost.before and not lost.after:  # it opens what follows
        following = [(s, -p, t) for s, t, p in links if s[0] >= at]
        if following:
            return Edit(*(min(following)[2][0],) * 2, lost.text)
        return Edit(len(target), len(target), f" {lost.text}" if target else lost.text)
    preceding = [(s[1], p, t) for s, t, p in links if s[1] <= at]
    if not preceding:
        return Edit(0, 0, lost.text + ("" if lost.before or not target else " "))
    place = max(preceding)[2][1]
    return Edit(place, place, lost.text if lost.after else " " + lost.text)


def _plain(text: str, lacking: Lacking) -> str:
    """The text with plain likenesses, as long as the text itself."""
    plain = text.translate(_LIKENESS)
    for start, end in lacking(plain):
        folded = "".join(map(_without_diacritic, plain[start:end]))
        plain = plain[:start] + folded + plain[end:]
    return plain


def _without_diacritic(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() and base.isalpha() else char


def _whole_word(text: str, start: int, end: int) -> Offsets:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def _marks(original: str, target: str, taken: Sequence[Offsets]) -> list[Edit]:
    """The source's own quotes and dashes, and names with diacritics, where they came through.

    Quotes and dashes are given back in order where both sides have as many of them.
    """
    edits: list[Edit] = []
    for plain, spaced in (('"', False), ("'", False), ("-", True)):
        pattern = rf"(?<=\s){plain}(?=\s)" if spaced else plain
        own = [m.start() for m in re.finditer(pattern, original.translate(_LIKENESS))]
        there = [m.span() for m in re.finditer(pattern, target)]
        if len(own) == len(there):
            edits += [
                Edit(*place, original[n])
                for n, place in zip(own, there, strict=True)
                if original[n] != plain
            ]
    for word in set(re.findall(r"\w+", original)):
        folded = "".join(map(_without_diacritic, word))
        if folded != word and word[:1].isupper() and word not in target:
            edits += [Edit(*m.span(), word) for m in re.finditer(rf"(?<!\w){folded}(?!\w)", target)]
    return [e for e in edits if all(e.end <= a or b <= e.start for a, b in taken)]
