"""Questions translated under lexical constraints, where a translator serves the languages.

A translator that is missing or does not know the pair is no error: the directions that need it are
left out, with a sentence, once for each pair of languages.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import EngineError, UsageError
from projector.translation.auto import AutoTranslator
from projector.translation.base import Constraint, Translation, Translator

logger = logging.getLogger(__name__)
# The share of translated questions that readers kept, by engine (tests/benchmarks/questions.py).
PRIOR = {"apertium": 0.25}
USUAL_PRIOR = 0.75
FLUENT = -0.6  # mean log-probability of a token of an unremarkable translation


class QuestionTranslator:
    """The translator of the stage ``qa``.

    Args:
        name: an engine, ``auto`` for the first that serves a pair, or "" for none.

    Raises:
        UsageError, EngineError: the named engine does not exist or cannot be made.
    """

    def __init__(self, name: str, model: str, options: dict[str, object]) -> None:
        self.name = name
        self._engine: Translator | None = (
            engine_class("translators", name)(model, **options) if name else None
        )
        self._serving: dict[tuple[str, str], Translator | None] = {}
        self.reasons: dict[tuple[str, str], str] = {}

    def serving(self, source: str, target: str) -> Translator | None:
        """The engine for a pair of languages, or None (`reasons` then says why)."""
        key = (source, target)
        if key not in self._serving:
            self._serving[key] = self._found(source, target)
            if self._serving[key] is None and self.name:
                logger.warning(
                    "qa: questions are not translated from %s to %s: %s",
                    source, target, self.reasons[key],
                )  # fmt: skip
        return self._serving[key]

    def _found(self, source: str, target: str) -> Translator | None:
        key, engine = (source, target), self._engine
        if engine is None:
            self.reasons[key] = "no translator was asked for"
            return None
        try:
            if isinstance(engine, AutoTranslator):
                return engine.chosen(source, target)
            engine.check(source, target)
        except (EngineError, UsageError) as error:
            self.reasons[key] = str(error)
            return None
        return engine

    def translate(
        self, texts: Sequence[str], source: str, target: str,
        constraints: Sequence[Sequence[Constraint]],
    ) -> list[Translation] | None:  # fmt: skip
        """Translations of questions, or None where no engine serves the languages."""
        engine = self.serving(source, target)
        if engine is None:
            return None
        return engine.translate(texts, source, target, constraints)

    def engine_name(self, source: str, target: str) -> str:
        """The engine that serves a pair, or ""."""
        engine = self.serving(source, target)
        return engine.name if engine is not None else ""

    def cost(self) -> dict[str, float]:
        """What the engine has spent."""
        return total_cost([self._engine])

    def close(self) -> None:
        """Stop the engine."""
        if self._engine is not None:
            self._engine.close()


def translation_score(english: float, done: Translation, engine: str) -> float:
    """The estimated probability that a reader keeps a translated question.

    The English question's score times what is usual for the engine, less for constraints that are
    not met and for a translation that its model finds unlikely.
    """
    score = english * PRIOR.get(engine, USUAL_PRIOR)
    if done.constraints_met:
        score *= 0.4 + 0.6 * sum(done.constraints_met) / len(done.constraints_met)
    if done.score is not None and done.score < FLUENT:
        score *= math.exp(done.score - FLUENT)
    return score
