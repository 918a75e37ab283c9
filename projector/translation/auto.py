"""The engine `auto`: the best translator that is here for the languages, without a setting.

A Firefox Translations model that is installed for the pair, else Apertium where it has the pair;
where there is neither, the error says what to type for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from projector.engines import engine_class
from projector.errors import EngineError, ProjectorError, UsageError, suggestion
from projector.json_values import JsonObject
from projector.translation.base import Constraint, HasIdentity, Keeps, Translation, Translator
from projector.translation.shielded import keeping

ORDER = ("firefox", "apertium")


class AutoTranslator:
    """Translator that leaves each pair of languages to the first of `ORDER` that has it.

    Args:
        model: a folder is a Firefox model, anything else one of Apertium's modes; "" for the
            choice by languages.
        options: an engine's own options under its name, e.g. ``{"firefox": {"beam": 4}}``.

    Raises:
        UsageError: options for an engine that is none of `ORDER`.
    """

    name = "auto"
    gives_links = True

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.version = ""
        self._order = ORDER if not model else (ORDER[0] if Path(model).is_dir() else ORDER[1],)
        for name, value in options.items():
            if name not in ORDER or not isinstance(value, dict):
                raise UsageError(
                    f"auto: found the option {name!r}, wanted an engine's own options under its "
                    f"name, or --engine" + suggestion(name, ORDER)
                )
        self._options = cast(dict[str, JsonObject], options)
        self._engines: dict[str, Translator] = {}
        self._chosen: dict[tuple[str, str], Translator] = {}
        self._last: Translator | None = None

    def check(self, source: str, target: str) -> None:
        """Fail now if no engine has the pair."""
        self._last = self.chosen(source, target)

    def chosen(self, source: str, target: str) -> Translator:
        """The engine that translates between these languages.

        Raises:
            EngineError: there is none; what to type for each.
        """
        pair = (source, target)
        if pair not in self._chosen:
            reasons = []
            for name in self._order:
                try:
                    engine = self._engine(name)
                    engine.check(source, target)
                except ProjectorError as error:
                    reasons.append(str(error))
                else:
                    self._chosen[pair] = engine
                    break
            else:
                raise EngineError(
                    f"no translator from {source!r} to {target!r} is here: {'; or '.join(reasons)}"
                )
        return self._chosen[pair]

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """As the chosen engine says."""
        return keeping(self.chosen(source, target), source, target)

    def identity(self) -> JsonObject:
        """That of the engine which serves the languages last checked."""
        engine = self._last
        if isinstance(engine, HasIdentity):
            return engine.identity()
        return {"engine": engine.name if engine else self.name, "options": self._options}

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """As the chosen engine's."""
        return self.chosen(source, target).translate(sentences, source, target, constraints)

    def close(self) -> None:
        """Close the engines."""
        for engine in self._engines.values():
            engine.close()

    def _engine(self, name: str) -> Translator:
        if name not in self._engines:
            cls = engine_class("translators", name)
            self._engines[name] = cls(self.model, **self._options.get(name, {}))
        return self._engines[name]
