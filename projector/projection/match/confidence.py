"""Calibrates the matcher's probability: how likely it is that a chosen candidate is exactly right.

A logistic model (Platt 1999, with more inputs than the score alone), fitted on held-out folds by
``tests/benchmarks/fit_matcher.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector.projection.match.arrays import Candidates
from projector.projection.match.columns import Feature
from projector.projection.match.statistics import LinkKind
from projector.projection.match.weights import Weights

TAKEN = (
    Feature.F_MEASURE,
    Feature.MIN_RECALL_PRECISION,
    Feature.SOURCE_COVERED_MASS,
    Feature.TARGET_COVERED_MASS,
    Feature.SPELLING,
    Feature.IDENTICAL,
    Feature.FIRST_LINK,
    Feature.LAST_LINK,
    Feature.TRANSLATION_SHARE,
    Feature.LOWERCASE,
    Feature.INNER_PUNCTUATION,
)  # features that the model sees too
EVIDENCE = (
    "bias",
    "logit",  # of the matcher's probability
    "margin",  # log odds against the second-best candidate
    "null",  # log probability of the null candidate
    "rival",  # log odds of the best candidate against the chosen one, which another span displaced
    *(feature.name.lower() for feature in TAKEN),
    "words",  # log of the source span's number of words
    "hard_links",  # 1 less the gradedness of the corpus's links
    "unlinked",  # share of the corpus's source words without a link
)
SURELY = 1e-6  # how near to 0 or 1 a probability is taken for
MOST_MARGIN = 5.0  # where log odds are cut off
LEAST_NULL = -8.0


def evidence(
    found: Candidates,
    log_p: NDArray[np.float64],
    chosen: NDArray[np.int64],
    links: LinkKind,
) -> NDArray[np.float64]:
    """One row of `EVIDENCE` for each span's chosen candidate.

    Args:
        found: all candidates.
        log_p: log probability of each.
        chosen: for each span the number of its chosen candidate.
        links: which links the corpus has.
    """
    spans = len(chosen)
    if not spans:
        return np.zeros((0, len(EVIDENCE)))
    p = np.clip(np.exp(log_p[chosen]), SURELY, 1 - SURELY)
    null = log_p[found.at[1:] - 1]
    best = np.maximum.reduceat(log_p, found.at[:-1])
    others = log_p.copy()
    others[chosen] = -np.inf
    second = np.maximum.reduceat(others, found.at[:-1])
    columns = [
        np.ones(spans),
        np.log(p / (1 - p)),
        np.clip(log_p[chosen] - second, -MOST_MARGIN, MOST_MARGIN),
        np.clip(null, LEAST_NULL, 0),
        np.minimum(MOST_MARGIN, best - log_p[chosen]),
        *found.features[chosen][:, list(TAKEN)].T,
        found.features[found.at[1:] - 1, Feature.NULL_WORDS],
        np.full(spans, 1.0 - links.gradedness),
        np.full(spans, links.unlinked),
    ]
    return np.stack(columns, axis=1).astype(np.float64)


def confidence(
    weights: Weights,
    found: Candidates,
    log_p: NDArray[np.float64],
    chosen: NDArray[np.int64],
    links: LinkKind,
) -> list[float]:
    """For each span, the probability that its chosen candidate is exactly right."""
    vector = np.array([weights.confidence.get(name, 0.0) for name in EVIDENCE])
    z = np.clip(evidence(found, log_p, chosen, links) @ vector, -30, 30)
    values: list[float] = np.round(1 / (1 + np.exp(-z)), 4).tolist()
    return values
