"""The method ``constrained``: the translation stays, decoding may only place markers (CODEC).

Le et al. 2024. Flow: pairs -> sentences with markers around their spans (`marking`) -> the
translation as sub-words (`template`) -> the likeliest places of all markers given the marked
source (`placement`) -> which stretch is whose -> projections.

It needs a translation model that carries markers along, as those tuned for it do and large
multilingual ones to some degree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from projector.engines import read_options
from projector.one_to_one import largest_matching
from projector.projection.base import Projection
from projector.projection.constrained.placement import Kind, Placed, Problem, place
from projector.projection.constrained.template import Template, make_template
from projector.projection.markers.insertion import Job, jobs, marked, read_markers
from projector.projection.ngrams import windows
from projector.projection.scoring import TranslationScorer
from projector.projection.token_runs import merge_adjacent, token_run
from projector.projection.words import facts
from projector.records import Offsets, Pair
from projector.text.tokens import pair_with_tokens

MARGIN = 7.0  # placements a thousand times less likely than the best do not change a score


class ConstrainedOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `ConstrainedProjector`.

    Attributes:
        markers: ``brackets``, ``letters``, ``xml``, or an opening and a closing one with a space
            between; ``{n}`` in them becomes a letter of the span's own. "": ``letters`` for
            Firefox models (of 103 spans of UNER PUD en-pt 73 right, with ``brackets`` 60), for
            others ``brackets``.
        together: all spans of a sentence in one search, or one after the other.
        best: placements that are kept; the score is the winner's share of their probability.
        beam: width of the first, narrow search.
        most: partial sequences of a sentence kept at once; where they do not suffice, the search
            is no longer exact and the projection says so. 0: 16 for Firefox models, which give
            markers so little probability that no number makes it exact in good time, else 256.
        links: how much the links count when equal markers are told apart.
        batch: sentences searched at once.
        scorer: the translator whose model is searched, one that can be: ``firefox`` or ``hf``; "":
            ``firefox`` where no model or a student's folder is named, else ``hf``.
        device: as for the translator.
    """

    markers: str = ""
    together: bool = True
    best: Annotated[int, Meta(ge=1)] = 4
    beam: Annotated[int, Meta(ge=1)] = 4
    most: Annotated[int, Meta(ge=0)] = 0
    links: Annotated[float, Meta(ge=0)] = 0.5
    batch: Annotated[int, Meta(ge=1)] = 16
    scorer: str = ""
    device: str = "auto"


class Task(Struct):
    """A sentence on its way: the pair, its job, the template and what was found."""

    pair: int
    job: Job
    problem: Problem
    tokens: list[Offsets]  # of the target sentence, as offsets into the whole target text
    placed: Placed | None = None


class ConstrainedProjector:
    """See the module's docstring.

    Raises:
        UsageError: an unknown option, languages that the model does not have.
        EngineError: the model cannot be found or loaded.
    """

    name = "constrained"
    needs_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model or "firefox"
        self.options = read_options(ConstrainedOptions, options, self.name)
        self.scorer = TranslationScorer(
            model, engine=self.options.scorer, options={"device": self.options.device}
        )
        student = self.scorer.forward.name == "firefox"
        self.markers = read_markers(self.options.markers or ("letters" if student else "brackets"))
        self.most = self.options.most or (16 if student else 256)
        self.steps = 0  # decoder steps made so far

    @property
    def version(self) -> str:
        return self.scorer.version

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        tasks: list[Task] = []
        refused: dict[tuple[int, int], tuple[str, str]] = {}
        ready = [pair_with_tokens(pair) for pair in pairs]
        for n, pair in enumerate(ready):
            self._plan(n, pair, tasks, refused)
        self._search(ready, tasks)
        answers = self._assign(ready, tasks)
        return [
            [
                self._projection(
                    pair, len(span.parts), answers.get((n, k), []), refused.get((n, k))
                )
                for k, span in enumerate(pair.source.spans)
            ]
            for n, pair in enumerate(ready)
        ]

    def _plan(
        self, n: int, pair: Pair, tasks: list[Task], refused: dict[tuple[int, int], tuple[str, str]]
    ) -> None:
        """The searches that a pair needs; spans that none can find are refused."""
        work, crossing = jobs(pair)
        for span in crossing:
            refused[n, span] = ("no_counterpart", "it crosses the end of a sentence")
        window = self.scorer.model_for(pair.source.lang, pair.target.lang).window if work else 0
        for whole in work:
            single = self.options.together or len(whole.parts) == 1
            for job in [whole] if single else [_only(whole, k) for k in range(len(whole.parts))]:
                problem, tokens = self._problem(pair, job)
                longest = max(len(problem.source), _length(problem))
                room = sum(start >= 0 for start in problem.template.starts)
                reason = ""
                if longest > window:
                    reason = f"its sentence has {longest} tokens, the model takes {window}"
                elif room < len(job.parts):
                    reason = f"the translation has {room} words for {len(job.parts)} spans"
                if reason:
                    for part in job.parts:
                        refused[n, part.span] = ("no_counterpart", reason)
                else:
                    tasks.append(Task(n, job, problem, tokens))

    def _problem(self, pair: Pair, job: Job) -> tuple[Problem, list[Offsets]]:
        model = self.scorer.model_for(pair.source.lang, pair.target.lang)
        a, b = job.target
        tokens = [token for token in pair.target.tokens or () if a <= token[0] and token[1] <= b]
        words = [pair.source.text[p.start : p.end].split() for p in job.parts]
        edges = any(not facts(w[k]).content for w in words if w for k in (0, -1))
        template = make_template(
            model, pair.target.text[a:b], [(s - a, e - a) for s, e in tokens], edges
        )
        counts: dict[tuple[str, str], int] = {}
        for k in range(len(job.parts)):
            names = self.markers.of(k)
            counts[names] = counts.get(names, 0) + 1
        kinds = []
        for names, count in counts.items():
            opening, closing = model.target_ids(list(names))
            kinds.append(Kind(tuple(opening), tuple(closing), count))
        text = marked(pair.source.text, job, self.markers)
        return Problem(model.source_ids([text])[0], template, kinds), tokens

    def _search(self, pairs: Sequence[Pair], tasks: Sequence[Task]) -> None:
        """All searches, those of one pair of languages and of like length together."""
        o = self.options
        groups: dict[tuple[str, str], list[Task]] = {}
        for task in tasks:
            pair = pairs[task.pair]
            groups.setdefault((pair.source.lang, pair.target.lang), []).append(task)
        for (source, target), members in groups.items():
            members.sort(key=lambda task: -_length(task.problem))
            model = self.scorer.model_for(source, target)
            for start in range(0, len(members), o.batch):
                batch = members[start : start + o.batch]
                found = place(
                    model, [task.problem for task in batch], o.best, o.beam, self.most, MARGIN,
                )  # fmt: skip
                for task, placed in zip(batch, found, strict=True):
                    task.placed = placed
                    self.steps += placed.steps

    def _assign(
        self, pairs: Sequence[Pair], tasks: Sequence[Task]
    ) -> dict[tuple[int, int], list[tuple[Offsets, float, bool]]]:
        """For each span the stretches found for its parts, with score and exactness.

        Equal markers do not say whose they are: the assignment of the likeliest placement is the
        one whose stretches translate their parts best.
        """
        alike = self._similarities(pairs, tasks)
        answers: dict[tuple[int, int], list[tuple[Offsets, float, bool]]] = {}
        for task in tasks:
            assert task.placed is not None
            placements = task.placed.placements
            if not placements:
                continue
            weights = np.exp(np.array([p.score for p in placements]) - placements[0].score)
            weights /= weights.sum()
            best = placements[0].stretches
            for k, m, share in self._owners(pairs[task.pair], task, best, alike):
                weight = sum(
                    float(w)
                    for w, p in zip(weights, placements, strict=True)
                    if best[m] in p.stretches
                )
                found = _offsets(task, best[m])
                key = (task.pair, task.job.parts[k].span)
                answers.setdefault(key, []).append((found, weight * share, task.placed.exact))
        return answers

    def _similarities(
        self, pairs: Sequence[Pair], tasks: Sequence[Task]
    ) -> dict[tuple[str, str, str, str], float]:
        """Translation scores of all parts with all stretches that might be theirs."""
        if self.markers.distinct:
            return {}
        wanted: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        for task in tasks:
            assert task.placed is not None
            if len(task.job.parts) > 1 and task.placed.placements:
                pair = pairs[task.pair]
                texts = wanted.setdefault((pair.source.lang, pair.target.lang), {})
                for stretch in task.placed.placements[0].stretches:
                    a, b = _offsets(task, stretch)
                    for part in task.job.parts:
                        texts[pair.source.text[part.start : part.end], pair.target.text[a:b]] = None
        found = {}
        for (source, target), texts in wanted.items():
            scores = self.scorer.similarity(list(texts), source, target)
            for (one, other), score in zip(texts, scores, strict=True):
                found[source, target, one, other] = score
        return found

    def _owners(
        self,
        pair: Pair,
        task: Task,
        stretches: Sequence[tuple[int, int, int]],
        alike: dict[tuple[str, str, str, str], float],
    ) -> list[tuple[int, int, float]]:
        """Part, stretch and how sure it is that they belong together."""
        parts = task.job.parts
        if self.markers.distinct:
            return [(kind, m, 1.0) for m, (kind, _, _) in enumerate(stretches)]
        if len(parts) == 1:
            return [(0, 0, 1.0)]
        value = np.zeros((len(parts), len(stretches)))
        for k, part in enumerate(parts):
            run = token_run(pair.source, (part.start, part.end))
            fits = {}
            if pair.alignment and run[0] < run[1]:
                close = windows(pair.source, pair.target, pair.alignment, run, 1 << 20)
                fits = {(w.first, w.end): w.fit for w in close}
            text = pair.source.text[part.start : part.end]
            for m, stretch in enumerate(stretches):
                a, b = _offsets(task, stretch)
                key = (pair.source.lang, pair.target.lang, text, pair.target.text[a:b])
                value[k, m] = math.log(max(alike[key], 1e-9))
                value[k, m] += self.options.links * fits.get(token_run(pair.target, (a, b)), 0.0)
        rows, columns = largest_matching(value)
        share = np.exp(value) / np.exp(value).sum(1, keepdims=True)
        return [(int(k), int(m), float(share[k, m])) for k, m in zip(rows, columns, strict=True)]

    def _projection(
        self,
        pair: Pair,
        parts: int,
        found: Sequence[tuple[Offsets, float, bool]],
        refused: tuple[str, str] | None,
    ) -> Projection:
        if refused is not None or len(found) < parts:
            reason, detail = refused or ("no_counterpart", "no place was found for its markers")
            return Projection(None, 0.0, reason, detail)
        score = math.prod(weight for _, weight, _ in found)
        exact = all(sure for *_, sure in found)
        detail = "" if exact else f"the search was cut to {self.most} sequences"
        pieces = merge_adjacent([stretch for stretch, *_ in found], pair.target.text)
        return Projection(pieces, round(min(1.0, score), 4), "", detail)

    def close(self) -> None:
        """Free the model."""
        self.scorer.close()


def _only(job: Job, k: int) -> Job:
    return Job(job.source, job.target, [job.parts[k]])


def _length(problem: Problem) -> int:
    markers = sum(k.count * (len(k.opening) + len(k.closing)) for k in problem.kinds)
    return len(problem.template.ids) + markers + 1


def _offsets(task: Task, stretch: tuple[int, int, int]) -> Offsets:
    template: Template = task.problem.template
    _, first, end = stretch
    return task.tokens[template.starts[first]][0], task.tokens[template.ends[end]][1]
