"""Sentences with code, formulas, placeholders and tags through any engine, these untouched.

Three ways, each tried for what the one before has not brought through whole:

1. as they are, with engines that usually copy such things (a language model is told to);
2. with stand-ins in their place, tags taken out where the engine gives links (`shielding`);
3. taken apart: what stands between them is translated piece by piece. Nothing can get lost here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import structs

from projector.records import Offsets
from projector.translation.base import Constraint, Keeps, KeepsVerbatim, TextLink, Translation
from projector.translation.base import Translator as Engine
from projector.translation.constraints import holds
from projector.translation.shielding import Shielded, restore, shield
from projector.translation.verbatim import TAG_PARTS, inline, outside

_LETTERED = re.compile(r"[^\W\d_]")
_CORE = re.compile(r"\w.*\w|\w", re.DOTALL)
_VOID = frozenset("br hr img input meta link wbr".split())


def translate(
    engine: Engine,
    sentences: Sequence[str],
    source: str,
    target: str,
    constraints: Sequence[Sequence[Constraint]] | None = None,
    keeps: Keeps = "seldom",
) -> list[Translation]:
    """As `Translator.translate`, with what is never translated untouched.

    Args:
        keeps: what the engine itself says about that (see `KeepsVerbatim`).
    """
    if keeps == "always":
        return engine.translate(sentences, source, target, constraints)
    found = [inline(text) for text in sentences]
    rows = constraints if constraints is not None else [()] * len(sentences)
    done: dict[int, Translation] = {}
    if bare := [n for n, text in enumerate(sentences) if _nothing_else(text, found[n])]:
        for n in bare:
            links: list[TextLink] = [(place, place, 1.0) for place, _ in found[n]]
            met = [holds(sentences[n], c.wanted, target) for c in rows[n]]
            done[n] = Translation(
                sentences[n],
                links if engine.gives_links else None,
                constraints_met=met if constraints is not None else None,
            )
    plain = [n for n in range(len(sentences)) if not found[n]]
    with_some = [n for n in range(len(sentences)) if found[n] and n not in done]
    as_they_are = plain + with_some if keeps == "usually" else plain
    if as_they_are:
        made = engine.translate(
            [sentences[n] for n in as_they_are],
            source,
            target,
            [rows[n] for n in as_they_are] if constraints is not None else None,
        )
        for n, one in zip(as_they_are, made, strict=True):
            if not found[n] or (one.error is None and came_through(sentences[n], one.text)):
                done[n] = one
    behind = _Behind(engine, source, target, asked=constraints is not None)
    for way in (behind.stand_ins, behind.pieces):
        if waiting := [n for n in with_some if n not in done]:
            through = way([sentences[n] for n in waiting], [rows[n] for n in waiting])
            done.update({n: t for n, t in zip(waiting, through, strict=True) if t is not None})
    return [done[n] for n in range(len(sentences))]


def keeping(engine: Engine, source: str, target: str) -> Keeps:
    """What an engine says of itself; ``seldom`` where it says nothing."""
    return engine.keeps_verbatim(source, target) if isinstance(engine, KeepsVerbatim) else "seldom"


def came_through(sentence: str, translation: str) -> bool:
    """Whether each stretch that is never translated stands in the translation as often as in the
    sentence, and its tags close as they open."""
    wanted = Counter(sentence[a:b] for (a, b), _ in inline(sentence))
    there = Counter(translation[a:b] for (a, b), _ in inline(translation))
    if any(there[text] != count and translation.count(text) != count
           for text, count in wanted.items()):  # fmt: skip
        return False
    return _balanced(translation) or not _balanced(sentence)


def _balanced(text: str) -> bool:
    """Whether the tags of a text are nested as they should be."""
    open_: list[str] = []
    for match in TAG_PARTS.finditer(text):
        closing, name, single = match.groups()
        if single or name.lower() in _VOID:
            continue
        if not closing:
            open_.append(name)
        elif not open_ or open_.pop() != name:
            return False
    return not open_


def _nothing_else(text: str, found: Sequence[tuple[Offsets, bool]]) -> bool:
    """Whether a sentence has no word outside of what is never translated."""
    between = outside(text, [place for place, _ in found])
    return bool(found) and not any(_LETTERED.search(text[a:b]) for a, b in between)


class _Behind:
    """The second and third way, for the sentences of one call."""

    def __init__(self, engine: Engine, source: str, target: str, *, asked: bool) -> None:
        self._engine, self._source, self._target = engine, source, target
        self._asked = asked  # whether there are constraints at all

    def stand_ins(
        self, sentences: Sequence[str], rows: Sequence[Sequence[Constraint]]
    ) -> list[Translation | None]:
        """Translations with stand-ins; None where one got lost."""
        tags = not self._engine.gives_links
        shielded = [shield(text, tags=tags) for text in sentences]
        inner = [_moved(one, row) for one, row in zip(shielded, rows, strict=True)]
        made = self._translate([one.source.text for one in shielded], inner)
        out: list[Translation | None] = []
        for given, one, row in zip(shielded, made, rows, strict=True):
            if one.error is not None:
                out.append(None)
                continue
            if given.taken_out and one.links is None:
                out.append(None)
                continue
            final = restore(given, one.text, one.links or [])
            if final is None or not came_through(given.original, final.target.text):
                out.append(None)
                continue
            links = one.links
            if links is not None:
                moved = [(given.source.before(s), final.target.after(t), p) for s, t, p in links]
                links = sorted(moved + final.links)
            out.append(self._finished(one, final.target.text, links, row))
        return out

    def pieces(
        self, sentences: Sequence[str], rows: Sequence[Sequence[Constraint]]
    ) -> list[Translation | None]:
        """Translations of what stands between; always one for each."""
        cut = [_cores(text) for text in sentences]
        asked = [(n, core) for n, cores in enumerate(cut) for core in cores]
        made = self._translate(
            [sentences[n][a:b] for n, (a, b) in asked],
            [
                [
                    structs.replace(c, start=c.start - a, end=c.end - a)
                    for c in rows[n]
                    if a <= c.start and c.end <= b
                ]
                for n, (a, b) in asked
            ],
        )
        by_sentence: dict[int, list[tuple[Offsets, Translation]]] = {}
        for (n, core), one in zip(asked, made, strict=True):
            by_sentence.setdefault(n, []).append((core, one))
        return [
            self._joined(text, by_sentence.get(n, []), row)
            for n, (text, row) in enumerate(zip(sentences, rows, strict=True))
        ]

    def _joined(
        self,
        text: str,
        parts: Sequence[tuple[Offsets, Translation]],
        row: Sequence[Constraint],
    ) -> Translation:
        failed = next((one for _, one in parts if one.error is not None), None)
        if failed is not None:
            return failed
        out, at = "", 0
        links: list[TextLink] = []
        scores: list[tuple[float | None, float | None, int]] = []
        moved: list[tuple[int, int]] = []  # where what was copied begins, here and there
        for (a, b), one in parts:
            moved.append((at, len(out)))
            out += text[at:a]
            links += [
                ((c + a, d + a), (e + len(out), f + len(out)), p)
                for (c, d), (e, f), p in one.links or ()
            ]
            out += one.text
            at = b
            scores.append((one.score, one.back, b - a))
        moved.append((at, len(out)))
        out += text[at:]
        for (a, b), _ in inline(text):
            start, new = max(pair for pair in moved if pair[0] <= a)
            links.append(((a, b), (new + a - start, new + b - start), 1.0))
        known = all(one.links is not None for _, one in parts) and self._engine.gives_links
        score = _mean([(forth, length) for forth, _, length in scores])
        whole = Translation(out, score=score, back=_mean([(b, length) for _, b, length in scores]))
        return self._finished(whole, out, sorted(links) if known else None, row)

    def _translate(
        self, texts: Sequence[str], rows: Sequence[Sequence[Constraint]]
    ) -> list[Translation]:
        return self._engine.translate(
            texts, self._source, self._target, rows if self._asked else None
        )

    def _finished(
        self, one: Translation, text: str, links: list[TextLink] | None, row: Sequence[Constraint]
    ) -> Translation:
        met = [holds(text, c.wanted, self._target) for c in row] if self._asked else None
        return structs.replace(one, text=text, links=links, constraints_met=met)


def _mean(values: Sequence[tuple[float | None, int]]) -> float | None:
    """The mean of the values that are known, weighted; None where none is."""
    known = [(value, weight) for value, weight in values if value is not None]
    total = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / total, 6) if total else None


def _moved(given: Shielded, row: Sequence[Constraint]) -> list[Constraint]:
    """A sentence's constraints in the shielded one; what was replaced needs none."""
    taken = [place for place, _ in inline(given.original)]
    moved = []
    for c in row:
        if any(a < c.end and c.start < b for a, b in taken):
            continue
        start, end = given.source.after((c.start, c.end)) if c.start >= 0 else (c.start, c.end)
        moved.append(structs.replace(c, start=start, end=end))
    return moved


def _cores(text: str) -> list[Offsets]:
    """What is to be translated of a sentence, between what is not: from the first letter or digit
    to the last, the sentence's own full stop included."""
    cores = []
    for a, b in outside(text, [place for place, _ in inline(text)]):
        match = _CORE.search(text, a, b)
        if match is None or not _LETTERED.search(match.group()):
            continue
        end = b if b == len(text) else match.end()
        while end > match.end() and text[end - 1].isspace():
            end -= 1
        cores.append((match.start(), end))
    return cores
