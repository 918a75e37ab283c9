"""Annotated data from a specification, written by a chat server and checked here.

As LINGUIST (Rosenbaum et al. 2022) has an LLM write utterances around given slot values, and
outlines dialogues turn by turn. A row is asked for, checked (`checks`), and asked for again with
its faults named; one that stays bad is refused, and another one drawn in its place. The wanted
number counts accepted rows.

Rows are asked about together, but judged in their order, so that what is accepted depends on the
answers and not on which of them came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from projector.engines import engine_class, read_options
from projector.generation.checks import Seen, document_of, turn_faults
from projector.generation.specification import (
    Row,
    Specification,
    draw,
    known_values,
    translated_values,
)
from projector.models.chat import BudgetSpent, ChatClient, ChatOptions, read_answer
from projector.models.server_requests import Unanswered
from projector.quality.language import probability
from projector.records import Document
from projector.text.language_codes import english_name
from projector.translation.base import Translator
from projector.translation.quality_estimate import without_estimates

RIVALS = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "ar", "zh", "ja")
MOST_AT_ONCE = 1000  # rows that are asked about in one round
LEAST_LANGUAGE = 0.1  # probability that a text is in its language, against `RIVALS`


class GeneratorOptions(ChatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options besides those of `ChatOptions`.

    Attributes:
        draws: rows that are tried at most for each one wanted.
        max_likeness: texts that have more of their letter trigrams in common are near duplicates.
        check_language: whether each text's language is checked (needs py3langid).
    """

    temperature: float = 0.8
    draws: Annotated[int, Meta(ge=1, le=100)] = 3
    max_likeness: Annotated[float, Meta(gt=0, le=1)] = 0.8
    check_language: bool = True


class Refused(Struct, frozen=True):
    """A row that did not come right: its last text and what is wrong with it."""

    item: int
    draw: int
    text: str
    faults: list[str]


class Generated(Struct):
    """What came of a specification: documents in order of items and draws, and the rest."""

    documents: list[Document] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    missing: dict[int, int] = field(default_factory=dict)  # rows lacking, by item
    stopped: str = ""  # why it ended early: the budget


class _Answer(Struct):
    texts: list[str]


class _Open(Struct):
    """A row on its way: the conversation about it so far."""

    row: Row
    messages: list[dict[str, str]]
    tries: int = 0


class Generator:
    """See the module's docstring.

    Args:
        model: the server's name of the model.
        options: those of `GeneratorOptions`.

    Raises:
        UsageError: no model or server named, an unknown option.
        EngineError: py3langid is missing, the server cannot be reached or refuses the key.
    """

    name = "generate"

    def __init__(self, model: str, **options: object) -> None:
        self.options = read_options(GeneratorOptions, options, self.name)
        self.model = model
        self.client = ChatClient(model, self.options, self.name)
        self.found = Generated()  # what there is so far, also after an interruption

    def cost(self) -> dict[str, float]:
        """What was spent (see `ReportsCost`)."""
        return self.client.cost()

    def generate(
        self, specification: Specification, say: Callable[[str], None] = lambda text: None
    ) -> Generated:
        """Rows of all items; ``say`` is told about each round."""
        if self.options.check_language:
            probability("a text to try it", specification.lang, _rivals(specification.lang))
        self.client.check()
        specification = translated_values(specification, lambda v: _translate(specification, v))
        self.found = found = Generated()
        known = known_values(specification)
        accepted: dict[tuple[int, int], Document] = {}
        seen = [Seen(self.options.max_likeness, item.examples) for item in specification.items]
        drawn = [0] * len(specification.items)
        waiting: list[_Open] = []
        while not found.stopped:
            have = Counter(item for item, _ in accepted)
            have.update(one.row.item for one in waiting)
            for n, item in enumerate(specification.items):
                for _ in range(min(item.count - have[n], MOST_AT_ONCE - len(waiting))):
                    if drawn[n] < item.count * self.options.draws:
                        waiting.append(_Open(row := draw(specification, n, drawn[n], known),
                                             self._messages(specification, row)))  # fmt: skip
                        drawn[n] += 1
            if not waiting:
                break
            say(f"{len(accepted)} rows accepted, {len(waiting)} asked for")
            answers = self.client.run(self._ask, waiting)
            still = []
            for one, answer in zip(waiting, answers, strict=True):
                if self._judge(one, answer, specification, seen, accepted):
                    still.append(one)
            waiting = still
            found.documents = [accepted[key] for key in sorted(accepted)]
        counts = Counter(item for item, _ in accepted)
        found.missing = {
            n: item.count - counts[n]
            for n, item in enumerate(specification.items)
            if counts[n] < item.count
        }
        return found

    def _judge(
        self,
        one: _Open,
        answer: list[str] | Unanswered,
        specification: Specification,
        seen: Sequence[Seen],
        accepted: dict[tuple[int, int], Document],
    ) -> bool:
        """Accept or refuse a row, or say (True) that it is to be asked for again."""
        row, found = one.row, self.found
        if isinstance(answer, BudgetSpent):
            found.stopped = str(answer)
            return False
        texts = [] if isinstance(answer, Unanswered) else [" ".join(t.split()) for t in answer]
        faults = [str(answer)] if isinstance(answer, Unanswered) else []
        faults = faults or self._faults(texts, row, specification.lang)
        whole = "\n".join(texts)
        if not faults and (like := seen[row.item].fault(whole)):
            faults = [like]
        if not faults:
            seen[row.item].add(whole)
            labels = dict(specification.items[row.item].labels)
            document = document_of(texts, row, specification.lang, labels)
            made = {"engine": "llm", "model": self.model, "item": row.item}
            accepted[row.item, row.draw] = msgspec.structs.replace(
                document, meta={**document.meta, "generated": made}
            )
            return False
        one.tries += 1
        if one.tries > self.options.reasks:
            found.refused.append(Refused(row.item, row.draw, whole, faults))
            return False
        one.messages += [
            {"role": "assistant", "content": msgspec.json.encode({"texts": texts}).decode()},
            {"role": "user", "content": f"Not right: {'; '.join(faults[:6])}. Write it anew."},
        ]
        return True

    def _faults(self, texts: Sequence[str], row: Row, lang: str) -> list[str]:
        if len(texts) != len(row.turns):
            return [f"it has {len(texts)} texts, not {len(row.turns)}"]
        faults = []
        for n, (text, turn) in enumerate(zip(texts, row.turns, strict=True), 1):
            where = f"text {n}: " if len(texts) > 1 else ""
            faults += [where + fault for fault in turn_faults(text, turn, row, lang)]
        if not faults and self.options.check_language:
            sure = probability(" ".join(texts), lang, _rivals(lang))
            if sure is not None and sure < LEAST_LANGUAGE:
                faults.append(f"it is not in {english_name(lang)}")
        return faults

    async def _ask(self, one: _Open) -> list[str] | Unanswered:
        try:
            # Each try has its own seed: the same question must not bring the same answer.
            text = await self.client.complete(
                one.messages, SCHEMA, seed=self.options.seed + one.row.draw * 100 + one.tries
            )
            return read_answer(text, _Answer).texts
        except Unanswered as error:
            return error
        except ValueError as error:
            return Unanswered(str(error))

    def _messages(self, specification: Specification, row: Row) -> list[dict[str, str]]:
        item = specification.items[row.item]
        language = english_name(specification.lang)
        system = (
            f"You write data in {language}. {specification.task} Every value that is given must "
            f"stand in its text exactly once, word for word as it is given, and nothing of its "
            f"kind besides. Write plain {language} without markup, and do not copy the examples. "
            'Answer with JSON only: {"texts": ["..."]}, one text for each turn.'
        )
        question = {
            "labels": item.labels,
            "meaning": item.meaning,
            "turns": [
                {"speaker": t.speaker, "act": t.act, "values": dict(t.slots)} for t in row.turns
            ],
            "examples": item.examples,
            "number": row.draw + 1,  # rows with the same values are to differ
        }
        kept = {name: value for name, value in question.items() if value}
        return [
            {"role": "system", "content": system},
            {"role": "user", "content": msgspec.json.encode(kept).decode()},
        ]


SCHEMA = {
    "type": "object",
    "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
    "required": ["texts"],
    "additionalProperties": False,
}


def _rivals(lang: str) -> tuple[str, ...]:
    return tuple(other for other in RIVALS if other != lang)


def _translate(specification: Specification, values: Sequence[str]) -> list[str]:
    chosen = specification.translator
    options = without_estimates(chosen.engine, chosen.options)
    engine: Translator = engine_class("translators", chosen.engine)(chosen.model, **options)
    try:
        engine.check(specification.source, specification.lang)
        made = engine.translate(values, specification.source, specification.lang)
    finally:
        engine.close()
    return [translation.text for translation in made]
