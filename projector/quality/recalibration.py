"""Scores corrected by what people corrected: a monotone map from score to share of right spans.

Isotonic regression (Zadrozny and Elkan 2002, "Transforming Classifier Scores into Accurate
Multiclass Probability Estimates") over spans whose gold is known. The order of the scores stays,
so that what was surer than something else never becomes less sure; only their meaning changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from projector.errors import DataError, UsageError
from projector.io.formats.shared.corrections import is_unreviewed
from projector.io.streams import open_read, open_write
from projector.quality.calibration import expected_calibration_error
from projector.quality.pairing import paired
from projector.records import Document, Pair, Record, Step
from projector.stage import Outcome, Rejected

LEAST = 50  # fewer judged spans say too little
Number = Annotated[float, Meta(ge=0, le=1)]


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """The map: straight lines between ``(score, probability)`` knots, flat beyond the ends.

    ``before`` and ``after`` are expected calibration errors on the spans it was learnt from.
    """

    knots: list[tuple[Number, Number]]
    spans: int
    before: float
    after: float

    def apply(self, scores: Sequence[float]) -> list[float]:
        """New scores, rounded as `project` rounds them."""
        import numpy as np

        x, y = zip(*self.knots, strict=True)
        return [round(float(p), 4) for p in np.interp(scores, x, y)]


class Judged(NamedTuple):
    """Scores of silver spans, whether gold has the same stretches with the same label, and how
    many of the gold records were reviewed (all of them, unless they come from corrections)."""

    scores: list[float]
    right: list[bool]
    reviewed: int
    records: int


def judged(silver: Iterable[Record], gold: Iterable[Record]) -> Judged:
    """The scored spans of the silver records that have a reviewed gold record.

    Of pairs the target side counts.
    """
    scores: list[float] = []
    right: list[bool] = []
    reviewed = records = 0
    for ours, theirs in paired(silver, gold):
        if theirs is None:
            continue
        records += 1
        if is_unreviewed(theirs):
            continue
        reviewed += 1
        if ours is None:
            continue
        there = {(tuple(span.parts), span.label) for span in _target(theirs).spans}
        for span in _target(ours).spans:
            if span.score is not None:
                scores.append(span.score)
                right.append((tuple(span.parts), span.label) in there)
    return Judged(scores, right, reviewed, records)


def _target(record: Record) -> Document:
    return record.target if isinstance(record, Pair) else record


def fit_calibration(scores: Sequence[float], right: Sequence[bool]) -> Calibration:
    """Learn the map.

    Raises:
        DataError: fewer than `LEAST` judged spans.
    """
    import numpy as np

    if len(scores) < LEAST:
        raise DataError(
            f"found {len(scores)} scored spans with a judgement, wanted at least {LEAST}",
            reason="too_few",
        )
    x, inverse, sizes = np.unique(
        np.asarray(scores, float), return_inverse=True, return_counts=True
    )
    hits = np.bincount(inverse, weights=np.asarray(right, float))
    knots: list[tuple[float, float]] = []
    for a, b in _rising_blocks((hits / sizes).tolist(), sizes.tolist()):
        # Nothing is certain: each block counts as if one more right and one more wrong was seen.
        p = float((hits[a:b].sum() + 1) / (sizes[a:b].sum() + 2))
        centre = float(np.average(x[a:b], weights=sizes[a:b]))
        # Smoothing small blocks can turn neighbours round; they are held in order.
        knots.append((centre, max(p, knots[-1][1]) if knots else p))
    made = Calibration(knots, len(scores), expected_calibration_error(scores, right), 0.0)
    return replace(made, after=expected_calibration_error(made.apply(scores), right))


def _rising_blocks(values: Sequence[float], weights: Sequence[float]) -> list[tuple[int, int]]:
    """Runs of neighbours whose weighted means rise from run to run: isotonic regression.

    Pool adjacent violators (Barlow and others 1972, "Statistical Inference under Order
    Restrictions"): a run whose mean is not above the one before is joined to it.
    """
    runs: list[tuple[int, float, float]] = []  # first place, mean, weight
    for place, (mean, weight) in enumerate(zip(values, weights, strict=True)):
        first = place
        while runs and runs[-1][1] >= mean:
            first, before, heavy = runs.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight += heavy
        runs.append((first, mean, weight))
    starts = [first for first, _, _ in runs]
    return list(zip(starts, [*starts[1:], len(values)], strict=True))


def save_calibration(made: Calibration, path: str, *, force: bool = False) -> None:
    with open_write(path, force=force) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(made)) + b"\n")


def load_calibration(path: str | os.PathLike[str]) -> Calibration:
    """The map of a file.

    Raises:
        DataError: not such a file.
    """
    with open_read(path) as stream:
        try:
            made = msgspec.json.decode(stream.read(), type=Calibration)
        except msgspec.DecodeError as error:
            raise DataError(
                f"found no calibration ({error}), wanted a file that `xproject calibrate` wrote",
                reason="bad_file", path=os.fspath(path),
            ) from error  # fmt: skip
    if not made.knots:
        raise DataError("knots: found none, wanted some", reason="bad_file", path=os.fspath(path))
    return made


class CalibrateOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``file``: what `xproject calibrate` wrote."""

    file: str


class CalibrateStage:
    """Pairs in, the same with corrected span scores on the target side out."""

    name = "calibrate"
    Options = CalibrateOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset()
    sees_corpus = False

    def __init__(self, options: CalibrateOptions) -> None:
        if not options.file:
            raise UsageError("calibrate: found no file, wanted one that `xproject calibrate` wrote")
        self.options = options
        self.calibration = load_calibration(options.file)

    def step(self) -> Step:
        return Step("calibrate", "isotonic", options={"spans": self.calibration.spans})

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._corrected(record) for record in records]

    def close(self) -> None:
        """Nothing to free."""

    def _corrected(self, record: Record) -> Outcome:
        if not isinstance(record, Pair):
            return Rejected(record.id, "not_a_pair", "found a document, wanted a pair")
        spans = record.target.spans
        scored = [n for n, span in enumerate(spans) if span.score is not None]
        if not scored:
            return record
        new = dict(
            zip(
                scored, self.calibration.apply([spans[n].score or 0.0 for n in scored]), strict=True
            )
        )
        changed = [replace(s, score=new.get(n, s.score)) for n, s in enumerate(spans)]
        target = replace(record.target, spans=changed)
        return replace(record, target=target, steps=[*record.steps, self.step()])
