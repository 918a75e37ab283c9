"""The quality score of a question: the estimated probability that a reader keeps it.

Logistic regression over a few features of question, answer and clause, learnt from questions that
were read and judged (``tests/benchmarks/judged``, fitted by ``tests/benchmarks/fit_questions.py``).
Keeping means: question and answer are both right as they stand. The score of a question in the
target language counts its English side in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from projector.qa.english.frames import Made
from projector.qa.english.nouns import LIGHT_VERBS
from projector.qa.english.phrases import surface
from projector.qa.english.syntax import Tree
from projector.qa.english.well_formed import vague_definites
from projector.qa.target.located import Located

WEIGHTS = Path(__file__).with_name("question_weights.json")
Features = dict[str, float]


def english_features(made: Made, tree: Tree) -> Features:
    """What the score of an English question is made of."""
    words = made.text[:-1].split()
    tokens = [tree.tokens[n] for n in made.tokens]
    answer = [t for t in tree.tokens if t.start < made.answer[1] and t.end > made.answer[0]]
    clause = made.predication
    names = {t.start for t in tokens if t.pos == "PROPN" or t.ent in ("GPE", "PERSON", "ORG")}
    content = sum(t.pos in ("NOUN", "PROPN", "VERB", "NUM", "ADJ") for t in tokens)
    named = any(t.pos in ("PROPN", "NUM") for t in [*tokens, *answer])
    before = max((n for n, t in enumerate(tree.tokens) if t.end <= made.answer[0]), default=-1)
    definite = before >= 0 and tree.tokens[before].text.lower() == "the"
    verb = "" if clause is None else tree.lemma(clause.verb)
    return {
        "bias": 1.0,
        "no name": float(not named),
        "bare definite answer": float(definite and len(answer) == 1),
        "one-word person": float(len(answer) == 1 and answer[0].ent == "PERSON"),
        "light verb": float(verb in LIGHT_VERBS),
        "shared subject": float(clause is not None and clause.shared_subject),
        "share of the sentence": len(tokens) / len(tree.tokens),
        "length": min(len(words), 25) / 10,
        "long": float(len(words) > 16),
        "sentence length": min(len(tree.tokens), 60) / 10,
        "vague definites": float(min(vague_definites(made, tree), 3)),
        "names": float(min(len(names), 3)),
        "content words": min(content, 8) / 4,
        "few content words": float(content < 4),
        "commas": float(made.text.count(",")),
        "possessive": float(any(t.tag == "PRP$" for t in tokens)),
        "answer length": min(len(answer), 12) / 5,
        "answer is a name": float(any(t.ent for t in answer)),
        "answer is one noun": float(len(answer) == 1 and answer[0].pos == "NOUN"),
        "answer without label": float(made.label == "NP"),
        "embedded": float(clause is not None and clause.embedded != "ROOT"),
        "relative clause": float(clause is not None and clause.embedded == "relcl"),
        "adverbial clause": float(clause is not None and clause.embedded == "advcl"),
        "complement clause": float(clause is not None and clause.embedded == "ccomp"),
        "modal": float(any(t.tag == "MD" for t in tokens)),
        "adverb inside": float(clause is not None and bool(clause.between)),
        f"asks {made.frame.ask}": 1.0,
        f"role {made.frame.role}": 1.0,
    }


def target_features(
    english: float, answer_score: float, clause: Located, text: str, made: Made, tree: Tree
) -> Features:
    """What the score of a question from the target clause is made of.

    Args:
        english: the score of the English question.
        answer_score: that of the projected answer.
        text: the question.
    """
    words, asked = text.split(), surface(tree, made.tokens).split()
    ratio = math.log((len(words) + 2) / (len(asked) + 2))
    whole = len(clause.kept) >= len(clause.words) - 2
    return {
        "bias": 1.0,
        "english": logit(english),
        "answer": logit(min(max(answer_score, 0.02), 0.98)),
        "coverage": clause.coverage,
        "loose": float(min(clause.loose, 3)),
        "length": min(len(words), 25) / 10,
        "length ratio": abs(ratio),
        "commas": float(text.count(",")),
        "whole text": float(whole),
        f"role {made.frame.role}": 1.0,
        f"asks {made.frame.ask}": 1.0,
    }


def logit(probability: float) -> float:
    """Log odds, kept away from the infinities."""
    p = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(p / (1 - p))


def probability(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The logistic function of the weighted features; unknown features weigh nothing."""
    total = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-total))


@cache
def weights(kind: str) -> Mapping[str, float]:
    """The fitted weights: ``english`` or ``target``."""
    found: Mapping[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))[kind]
    return found
