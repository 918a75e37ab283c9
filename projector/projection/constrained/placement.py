"""The best places for markers in a fixed translation: exact search with pruning (after CODEC).

Le et al. 2024 ("Constrained Decoding for Cross-lingual Label Projection") search for one span at
a time. Here all markers of a sentence are placed together, and many sentences share the decoder.

The decoder may only repeat the template or place a marker. All complete sequences of a sentence
are equally long, so its partial ones grow in step and share a key-value cache. A narrow beam
finds good complete ones first; then it is searched again, and a partial sequence is given up as
soon as its log-probability, which can only fall, is below the n-th best complete one. A search in
which none had to be given up for their number is exact; else a wider one follows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from projector.models.translation_model import TranslationModel
from projector.projection.constrained.template import Template

WIDTHS = (4, 16, 64)  # tried between the narrow search and the full one
SLACK = 1e-3  # the same sequence in another batch may differ by rounding
Stretch = tuple[int, int, int]  # kind of marker, first sub-word, end sub-word


class Kind(Struct, frozen=True):
    """A pair of markers as sub-words, and how often it must be placed."""

    opening: tuple[int, ...]
    closing: tuple[int, ...]
    count: int


class Problem(Struct, frozen=True):
    """The marked source's ids, the template, and the markers to place in it."""

    source: list[int]
    template: Template
    kinds: list[Kind]


class Placement(Struct, frozen=True):
    """All markers of a sentence at their places, with the sequence's log-probability."""

    score: float
    stretches: tuple[Stretch, ...]


class Placed(Struct):
    """The best placements, best first; ``steps`` decoder steps were made for them.

    ``exact`` is False where partial sequences had to be given up for their number.
    """

    placements: list[Placement]
    steps: int = 0
    exact: bool = True


class Partial(Struct, frozen=True):
    """A sequence on its way: ``at`` template sub-words, and markers, have been written."""

    score: float
    at: int
    left: tuple[int, ...]
    open: int = -1
    since: int = 0
    pending: tuple[int, ...] = ()  # of a marker of several sub-words
    done: tuple[Stretch, ...] = ()


def goes_on(problem: Problem, partial: Partial, room: Sequence[int]) -> list[tuple[int, Partial]]:
    """The tokens that may come next, and what they lead to (with the old score).

    ``room[t]`` is how many words may still be opened from boundary ``t`` on.
    """
    if partial.pending:
        return [(partial.pending[0], _with(partial, pending=partial.pending[1:]))]
    template, at = problem.template, partial.at
    found = []
    waiting = sum(partial.left)
    if at < len(template.ids) and room[at + 1] >= waiting:
        found.append((template.ids[at], _with(partial, at=at + 1)))
    if partial.open < 0:
        if waiting and template.starts[at] >= 0 and room[at] >= waiting:
            for kind, count in enumerate(partial.left):
                if count:
                    left = tuple(c - (k == kind) for k, c in enumerate(partial.left))
                    first, *rest = problem.kinds[kind].opening
                    found.append(
                        (first, _with(partial, left=left, open=kind, since=at, pending=tuple(rest)))
                    )
    elif at > partial.since and template.ends[at] >= 0:
        first, *rest = problem.kinds[partial.open].closing
        stretch = (partial.open, partial.since, at)
        found.append(
            (
                first,
                _with(partial, open=-1, pending=tuple(rest), done=(*partial.done, stretch)),
            )
        )
    return found


def _with(partial: Partial, **changes: object) -> Partial:
    fields = {name: getattr(partial, name) for name in Partial.__struct_fields__}
    return Partial(**(fields | changes))


def is_complete(problem: Problem, partial: Partial) -> bool:
    return (
        partial.at == len(problem.template.ids)
        and partial.open < 0
        and not partial.pending
        and not any(partial.left)
    )


def untouched(partial: Partial) -> bool:
    """Whether it has no marker so far."""
    return partial.open < 0 and not partial.done and not partial.pending


def room_of(template: Template) -> list[int]:
    """For each boundary how many words start there or later."""
    room = [0] * (len(template.starts) + 1)
    for t in range(len(template.starts) - 1, -1, -1):
        room[t] = room[t + 1] + (template.starts[t] >= 0)
    return room


def place(
    model: TranslationModel,
    problems: Sequence[Problem],
    best: int = 1,
    beam: int = 2,
    most: int = 256,
    margin: float = math.inf,
) -> list[Placed]:
    """The best placements of each problem.

    Args:
        best: how many are wanted.
        beam: width of the first search.
        most: partial sequences of a sentence that are kept at once.
        margin: placements that are less likely than the best by more than this (in natural
            logarithms) need not be found.
    """
    placed = [Placed([], 0, False) for _ in problems]
    baseline: list[list[float]] = [[] for _ in problems]
    first = max(beam, best)
    for width in (first, *(w for w in WIDTHS if first < w < most), most):
        open_ = [n for n, found in enumerate(placed) if not found.exact]
        if not open_:
            break
        found = run(
            model, [problems[n] for n in open_], [baseline[n] for n in open_],
            [lower_bound(placed[n].placements, best, margin) for n in open_], best, width,
        )  # fmt: skip
        for n, new in zip(open_, found, strict=True):
            both = {p.stretches: p for p in (*placed[n].placements, *new.placements)}
            placed[n].placements = sorted(both.values(), key=lambda p: -p.score)[:best]
            placed[n].steps += new.steps
            placed[n].exact = new.exact
    return placed


def lower_bound(placements: Sequence[Placement], best: int, margin: float) -> float:
    """What a placement must reach to be of interest, when these have been found."""
    if not placements:
        return -math.inf
    last = placements[-1].score if len(placements) >= best else -math.inf
    return max(last, placements[0].score - margin)


def run(
    model: TranslationModel,
    problems: Sequence[Problem],
    baseline: Sequence[list[float]],
    bounds: Sequence[float],
    best: int,
    width: int,
) -> list[Placed]:
    """One search over all problems; at most ``width`` partial sequences of each are kept.

    Partial sequences of one length have come to different places of the template; to compare
    them, what the template itself costs up to there is taken away. That is the ``baseline`` of
    each problem: the log-probability of the template's beginnings without any marker. Where it is
    empty, it is filled in: the sequence without markers then goes on to the template's end.
    """
    placed = [Placed([]) for _ in problems]
    rooms = [room_of(problem.template) for problem in problems]
    plain = [not known for known in baseline]  # whose baseline is to be found

    def is_plain(n: int, member: tuple[float, int, int, Partial]) -> bool:
        return plain[n] and untouched(member[3])

    def known(n: int, at: int) -> float:
        # The sequence without markers is the furthest of its length, so at most one is missing.
        return baseline[n][min(at, len(baseline[n]) - 1)]

    hypotheses = model.begin([problem.source for problem in problems])
    rows = [
        (n, Partial(0.0, 0, tuple(kind.count for kind in problem.kinds)))
        for n, problem in enumerate(problems)
    ]
    while rows:
        for n, partial in rows:
            placed[n].steps += 1
            if plain[n] and untouched(partial):
                baseline[n].append(partial.score)
        # Row, token, problem, what it leads to (None: complete).
        options: list[tuple[int, int, int, Partial | None]] = []
        for row, (n, partial) in enumerate(rows):
            if is_complete(problems[n], partial):
                options.append((row, model.end, n, None))
            following = goes_on(problems[n], partial, rooms[n])
            ghost = plain[n] and untouched(partial)
            if ghost and partial.at < len(problems[n].template.ids):
                ahead = _with(partial, at=partial.at + 1)
                if not any(after == ahead for _, after in following):
                    following.append((problems[n].template.ids[partial.at], ahead))
            for token, after in following:
                options.append((row, token, n, after))
        taken = hypotheses.log_probabilities(
            [row for row, *_ in options], [token for _, token, *_ in options]
        )
        alive: dict[int, list[tuple[float, int, int, Partial]]] = {}
        for (row, token, n, goal), gain in zip(options, taken, strict=True):
            score = rows[row][1].score + gain
            if goal is None:
                placed[n].placements.append(Placement(score, rows[row][1].done))
            elif score >= bounds[n] - SLACK:
                member = _with(goal, score=score)
                alive.setdefault(n, []).append((score, row, token, member))
        kept = []
        for n, members in alive.items():
            if len(members) > width:
                placed[n].exact = False
                members.sort(key=lambda m: known(n, m[3].at) - m[0])
                members[width:] = [m for m in members[width:] if is_plain(n, m)]
            kept += [(n, *member) for member in members]
        rows = [(n, partial) for n, _, _, _, partial in kept]
        if rows:
            hypotheses.select([row for _, _, row, _, _ in kept])
            hypotheses.step([token for *_, token, _ in kept])
    for found in placed:
        found.placements.sort(key=lambda p: -p.score)
        del found.placements[best:]
    return placed
