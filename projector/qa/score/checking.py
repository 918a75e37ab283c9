"""How far a question in the target language can be trusted, whichever way it was made.

Three checks that need the translator alone: how likely it finds the question as a translation of
the English one, how much of the English question comes back when it is translated back (chrF,
Popović 2015), and what share of its words stands in the context that it is asked of. `checked`
turns them into the estimated probability that a reader keeps the question, by a logistic
regression fitted on judged questions (``tests/benchmarks/fit_questions.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from projector.qa.score.question_score import Features, logit, probability, weights

CHRF_ORDER, CHRF_BETA = 6, 2.0
USUAL_FLUENCY, USUAL_RETURN, USUAL_SHARE = -0.6, 0.6, 0.7  # what is not known counts as usual
_WORD = re.compile(r"\w+")


class Checks(Struct, frozen=True):
    """What is known of one wording.

    Attributes:
        fluency: mean log-probability of a token as the English question's translation, or None.
        returned: chrF in [0, 1] of its translation back against the English question, or None.
        shared: the share of its words (without the question word) that stand in the context.
        met: the share of its lexical constraints that it meets.
    """

    fluency: float | None
    returned: float | None
    shared: float
    met: float = 1.0


def features(prior: float, way: str, checks: Checks) -> Features:
    """What the score of a checked wording is made of.

    Args:
        prior: the score before the checks: of the clause's question, or of the English one.
        way: ``clause``, or the translator's name.
    """
    fluency = USUAL_FLUENCY if checks.fluency is None else max(checks.fluency, -4.0)
    returned = USUAL_RETURN if checks.returned is None else checks.returned
    return {
        "bias": 1.0,
        "prior": logit(prior),
        f"by {way}": 1.0,
        f"fluency by {way}": fluency - USUAL_FLUENCY,
        "returned": returned - USUAL_RETURN,
        "shared": checks.shared - USUAL_SHARE,
        "constraints unmet": 1.0 - checks.met,
    }


def checked(prior: float, way: str, checks: Checks) -> float:
    """The estimated probability that a reader keeps the question, after its checks."""
    return probability(features(prior, way, checks), weights("checked"))


def share_in(context: str, question: str) -> float:
    """The share of a question's words, its first left out, that stand in a context."""
    known = set(_WORD.findall(context.lower()))
    words = _WORD.findall(question.lower())[1:]
    return sum(w in known for w in words) / len(words) if words else 0.0


def chrf(hypothesis: str, reference: str) -> float:
    """Character n-gram F-score with beta 2 in [0, 1], white space left out, case folded."""
    scores = []
    one, other = ("".join(t.lower().split()) for t in (hypothesis, reference))
    for order in range(1, CHRF_ORDER + 1):
        found, wanted = _ngrams(one, order), _ngrams(other, order)
        if not found or not wanted:
            continue
        hits = (found & wanted).total()
        precision, recall = hits / found.total(), hits / wanted.total()
        weighed = CHRF_BETA**2 * precision + recall
        scores.append((1 + CHRF_BETA**2) * precision * recall / weighed if weighed else 0.0)
    return sum(scores) / len(scores) if scores else 0.0


def _ngrams(text: Sequence[str], order: int) -> Counter[str]:
    return Counter("".join(text[n : n + order]) for n in range(len(text) - order + 1))
