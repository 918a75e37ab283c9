"""What a question generator is: a sentence with a marked answer in, a question or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from projector.qa.english.analysis import Word
from projector.qa.english.frames import Made
from projector.qa.english.syntax import Tree


class Candidate(Struct, frozen=True):
    """An answer that could be asked for: character offsets in its sentence, and its label."""

    start: int
    end: int
    label: str = ""


class Request(Struct, frozen=True):
    """One question to make.

    ``sentence`` holds the answer; ``context`` is the whole text and ``offset`` the sentence's
    start in it. ``words`` is the sentence's analysis, empty for generators that need none, and
    ``tree`` its dependency tree where it was parsed.
    """

    sentence: str
    answer: Candidate
    context: str = ""
    offset: int = 0
    words: list[Word] = []
    tree: Tree | None = None

    @property
    def wanted(self) -> str:
        """The answer's text."""
        return self.sentence[self.answer.start : self.answer.end]


class Asked(Struct, frozen=True):
    """A question, or None with the reason why none was made; ``rule`` says how it was made.

    ``score`` is the estimated probability that a reader would keep it with its answer, where the
    generator gives one; ``made`` what it was made from, where a sentence was parsed.
    """

    text: str | None
    rule: str = ""
    reason: str = ""
    score: float | None = None
    made: Made | None = None


class QuestionGenerator(Protocol):
    """Makes English questions; ``needs_words`` says whether requests must carry an analysis."""

    name: str
    model: str
    version: str
    needs_words: bool

    def ask(self, requests: Sequence[Request]) -> list[Asked]:
        """One outcome for each request, in order."""

    def close(self) -> None:
        """Free the model."""
