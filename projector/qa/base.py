"""What a question generator is: a sentence with a marked answer in, a question or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from projector.qa.analysis import Word
from projector.qa.syntax import Tree
from projector.records import Offsets


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


class Frame(Struct, frozen=True):
    """The clause behind a question, as character stretches of its sentence.

    What `qa.target` needs to find the same clause in the other language and turn it there.

    Attributes:
        ask: ``who``, ``what``, ``when``, ``where``, ``how many``, ``how much``, ``how long``,
            ``why``, ``which country``, ``which organisation``.
        role: what the answer is in the clause: ``subject``, ``object``, ``adjunct``, ``agent``,
            ``predicate``, ``apposition`` (then ``tail`` is the phrase that names it).
        answer: the answer; ``gap`` is what leaves the clause with it (its preposition, article).
        subject: the subject; for a subject question the answer's own phrase.
        verbs: each word of the verb group.
        tail: the other constituents that stand in the question, asides left out.
        counted: for ``how many``: the whole phrase that is counted, the number included.
        plural: the verb agrees with a plural.
    """

    ask: str
    role: str
    answer: Offsets
    gap: Offsets
    subject: Offsets
    verbs: list[Offsets]
    tail: list[Offsets]
    counted: Offsets | None = None
    plural: bool = False


class Asked(Struct, frozen=True):
    """A question, or None with the reason why none was made; ``rule`` says how it was made.

    ``score`` is the estimated probability that a reader would keep it with its answer, where the
    generator gives one; ``frame`` the clause that it was made from, where it is known.
    """

    text: str | None
    rule: str = ""
    reason: str = ""
    score: float | None = None
    frame: Frame | None = None


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
