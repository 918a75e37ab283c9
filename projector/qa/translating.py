"""Questions translated under lexical constraints, where a translator serves the languages.

A translator that is missing or does not know the pair is no error: the directions that need it are
left out, with a sentence, once for each pair of languages.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import EngineError, UsageError
from projector.qa.score.checking import chrf
from projector.translation.auto import AutoTranslator
from projector.translation.base import (
    Constraint,
    ScoresTranslations,
    Translation,
    Translator,
)
from projector.translation.quality_estimate import without_estimates

logger = logging.getLogger(__name__)


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
            engine_class("translators", name)(model, **without_estimates(name, options))
            if name
            else None
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
        key = (source, target)
        if self._engine is None:
            self.reasons[key] = "no translator was asked for"
            return None
        try:
            return self._engine_for(source, target)
        except (EngineError, UsageError) as error:
            self.reasons[key] = str(error)
            return None

    def _engine_for(self, source: str, target: str) -> Translator | None:
        engine = self._engine
        if isinstance(engine, AutoTranslator):
            return engine.chosen(source, target)
        if engine is not None:
            engine.check(source, target)
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

    def fluency(
        self, pairs: Sequence[tuple[str, str]], source: str, target: str
    ) -> list[float | None]:
        """How likely the engine finds each second text as a translation of the first: the mean
        log-probability of a token, or None where it does not say."""
        engine = self.serving(source, target)
        if not pairs or not isinstance(engine, ScoresTranslations):
            return [None] * len(pairs)
        texts, translations = zip(*pairs, strict=True)
        try:
            return list(engine.score(texts, translations, source, target))
        except EngineError:  # a way through English has no score
            return [None] * len(pairs)

    def returned(
        self, pairs: Sequence[tuple[str, str]], source: str, target: str
    ) -> list[float | None]:
        """How much of each first text comes back when the second is translated back (chrF), or
        None where no engine goes that way."""
        try:
            engine = self._engine_for(target, source)
        except (EngineError, UsageError):
            return [None] * len(pairs)
        if engine is None or not pairs:
            return [None] * len(pairs)
        back = engine.translate([text for _, text in pairs], target, source)
        return [
            None if one.error else chrf(one.text, text)
            for one, (text, _) in zip(back, pairs, strict=True)
        ]

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
