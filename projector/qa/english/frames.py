"""The clause behind a question over a parse, and the question itself before it is scored.

Made by `qa.english.parsed_rules`; `qa.target` finds the same clause in the other language.
"""

from __future__ import annotations

from msgspec import Struct

from projector.qa.english.predications import Predication
from projector.records import Offsets


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


class Made(Struct, frozen=True):
    """A question with its answer (character offsets in the sentence) and its frame."""

    text: str
    answer: Offsets
    label: str
    rule: str
    frame: Frame
    predication: Predication | None
    tokens: list[int]  # those of the sentence that stand in the question
