"""How likely a translation model finds given translations, in both directions.

Used by `candidates` and `constrained`. The measure of `TranslationScorer.similarity` is NMTScore's
"direct" one (Vamvas & Sennrich 2022), with natural probabilities. Equal pairs are scored once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from projector.engines import engine_class, option_names
from projector.errors import ProjectorError, UsageError
from projector.models.firefox.store import holds_student
from projector.models.translation_model import (
    HasModels,
    TextPair,
    TranslatesIntoItself,
    TranslationModel,
)
from projector.translation.base import ScoresTranslations, Translator


class ScoringTranslator(Translator, ScoresTranslations, Protocol):
    """A translator that can be asked how likely it finds a given translation."""


class TranslationScorer:
    """Scores of given translations by one model, or by one for each direction.

    Args:
        model: folder or hub name of a sequence-to-sequence translation model; "" for the
            installed Firefox models of the languages, in both directions.
        engine: a translator that scores (``hf``, ``ctranslate2``, ``firefox``); "": by the model
            (`scoring_engine`).
        reverse: a model for the other direction, where ``model`` does not have it.
        normalise: divide by the probability of copying, as NMTScore does; ``auto``: where the
            model is one between many languages.
        options: of the engine; those that it does not have are left out.

    Raises:
        UsageError: an engine that does not score, a language that the model does not have.
        EngineError: the model cannot be found or loaded.
    """

    def __init__(
        self,
        model: str,
        *,
        engine: str = "",
        reverse: str = "",
        normalise: Literal["auto", "always", "never"] = "auto",
        options: Mapping[str, object] | None = None,
    ) -> None:
        engine = engine or scoring_engine(model)
        make = engine_class("translators", engine)
        known = option_names(make)
        given = {name: value for name, value in (options or {}).items() if name in known}

        def made(folder: str) -> ScoringTranslator:
            translator: ScoringTranslator = make(folder, **given)
            if not isinstance(translator, ScoresTranslations):
                raise UsageError(
                    f"the translator {engine!r} does not score given translations, wanted one that "
                    f"does (firefox, hf, ctranslate2)"
                )
            return translator

        self.forward = made(model)
        self.backward = made(reverse) if reverse else self.forward
        self.normalise = normalise

    @property
    def version(self) -> str:
        return self.forward.version

    def directions(self, source: str, target: str) -> list[bool]:
        """Which ways can be scored: False is source to target, True is back.

        Raises:
            UsageError: the model does not translate from source to target.
        """
        self.forward.check(source, target)
        try:
            self.backward.check(target, source)
        except ProjectorError:
            return [False]
        return [False, True]

    def log_probabilities(
        self, pairs: Sequence[TextPair], source: str, target: str, back: bool = False
    ) -> list[float]:
        """Mean log-probability of a token (end included) of each pair's second text, given its
        first; ``back`` scores the first given the second, with the model for that direction.
        """
        model = self.backward if back else self.forward
        ordered = [(b, a) for a, b in pairs] if back else list(pairs)
        if back:
            source, target = target, source
        places = {pair: n for n, pair in enumerate(dict.fromkeys(ordered))}
        scores = mean_scores(model, list(places), source, target)
        return [scores[places[pair]] for pair in ordered]

    def similarity(self, pairs: Sequence[TextPair], source: str, target: str) -> list[float]:
        """How well the two texts of each pair translate each other, in (0, 1]."""
        ways = self.directions(source, target)
        totals = [0.0] * len(pairs)
        for back in ways:
            model = self.backward if back else self.forward
            to = source if back else target
            scores = self.log_probabilities(pairs, source, target, back)
            copies = [0.0] * len(pairs)
            if self._normalises(model, to):
                texts = [(pair[0], pair[0]) if back else (pair[1], pair[1]) for pair in pairs]
                unique = list(dict.fromkeys(texts))
                by_text = dict(zip(unique, mean_scores(model, unique, to, to), strict=True))
                copies = [by_text[text] for text in texts]
            for n, (score, copy) in enumerate(zip(scores, copies, strict=True)):
                totals[n] += math.exp(min(0.0, score - copy)) / len(ways)
        return totals

    def _normalises(self, model: Translator, lang: str) -> bool:
        if self.normalise == "never":
            return False
        if self.normalise == "always":
            model.check(lang, lang)
            return True
        return isinstance(model, TranslatesIntoItself) and model.repeats(lang)

    def model_for(self, source: str, target: str) -> TranslationModel:
        """The model that translates from source to target, for a search of one's own.

        Raises:
            UsageError: the translator gives none, or does not have the languages.
        """
        if not isinstance(self.forward, HasModels):
            raise UsageError(
                f"the translator {self.forward.name!r} cannot be searched step by step, wanted one "
                f"that can (firefox, hf)"
            )
        return self.forward.model_for(source, target)

    def close(self) -> None:
        """Free the models."""
        self.forward.close()
        self.backward.close()


def scoring_engine(model: str) -> str:
    """The translator for a model: `firefox` for none and for a student's folder, else `hf`."""
    return "firefox" if not model or holds_student(model) else "hf"


def mean_scores(
    model: ScoringTranslator, pairs: Sequence[TextPair], source: str, target: str
) -> list[float]:
    """Mean token log-probabilities of translations."""
    if not pairs:
        return []
    if isinstance(model, HasModels):
        return model.model_for(source, target).mean_scores(pairs)
    return model.score([a for a, _ in pairs], [b for _, b in pairs], source, target)
