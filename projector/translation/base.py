"""What a translation engine is: sentences in, translations out, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from projector.json_values import JsonObject
from projector.records import Offsets

# Source stretch, target stretch (both character offsets in the sentence), probability.
TextLink = tuple[Offsets, Offsets, float]


# Whether code, formulas, placeholders and tags come through an engine as they are.
Keeps = Literal["always", "usually", "seldom"]


class Constraint(Struct, frozen=True):
    """A source phrase whose translation must appear as one of ``wanted`` (alternatives)."""

    wanted: list[str]
    start: int = -1  # the phrase's offsets in the source sentence, where they are known
    end: int = -1


class Translation(Struct, frozen=True):
    """One translated sentence.

    ``links`` are the engine's own word links as character offsets, or None if it has none.
    ``score`` is a mean log-probability for each token (natural logarithm), if the engine has one.
    ``back`` is the same of the source given ``text``, by the model of the other direction, where
    the engine was asked for it and has one.
    ``constraints_met`` says, for each constraint given, whether it stands in ``text``.
    ``error`` is set, and ``text`` empty, when this sentence could not be translated.
    """

    text: str
    links: list[TextLink] | None = None
    score: float | None = None
    back: float | None = None
    constraints_met: list[bool] | None = None
    error: str | None = None


class Translator(Protocol):
    """A translation engine.

    Raises, from ``__init__`` or `check`: UsageError for a language or option it does not have,
    EngineError for what is missing on this machine, with the command that mends it.
    """

    name: str
    model: str
    version: str
    gives_links: bool

    def check(self, source: str, target: str) -> None:
        """Fail now, not in the middle of a run."""

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences (no paragraph needs splitting here). Languages are ISO codes."""

    def close(self) -> None:
        """Stop child processes, free the model."""


@runtime_checkable
class ServesSeveralPairs(Protocol):
    """A translator whose model depends on the languages."""

    def provenance(self, source: str, target: str) -> tuple[str, str]:
        """Model and version that serve these two languages."""


@runtime_checkable
class KnowsTexts(Protocol):
    """A translator that looks texts up instead of translating them."""

    def knows(self, text: str) -> bool:
        """Whether it has this text as a whole (which is then not cut into sentences)."""


@runtime_checkable
class KeepsVerbatim(Protocol):
    """A translator that code, formulas, placeholders and tags come through by themselves.

    Others are kept from them (`projector.translation.shielded`).
    """

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """``always`` if nothing need be done, ``usually`` if it is worth a try that is checked."""


@runtime_checkable
class HasIdentity(Protocol):
    """A translator that can say what its results depend on (the key of the cache)."""

    def identity(self) -> JsonObject:
        """Engine, version, a fingerprint of the model's content, options that matter: plain
        JSON values, the same for the same results."""


@runtime_checkable
class ChecksSlowly(Protocol):
    """A translator whose `check` is slow (it reads a model, asks a server): the cache remembers
    what has passed it, and `identity` is asked for without it."""

    slow_check: bool


@runtime_checkable
class ScoresTranslations(Protocol):
    """A translator that can say how likely it finds a given translation."""

    def score(
        self, sentences: Sequence[str], translations: Sequence[str], source: str, target: str
    ) -> list[float]:
        """Mean log-probability (natural logarithm) of a token of each translation, the end of
        the sentence counted."""
