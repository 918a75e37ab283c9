"""The annotator ``llm``: any OpenAI-compatible server annotates by a task in YAML (`task`).

One question a document, or two (MT4CrossOIE, Li et al. 2024: spans first, then relations among
them). What the model says is checked (`placing`); an answer with faults is asked for again with
the faults named, and the best one is taken. With several ``samples`` only what enough of them
agree on stays, and its share of them is its score (self-consistency, Wang et al. 2023).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from projector.annotation.base import Annotation, Labelled, LabelledRelation
from projector.annotation.placing import Placed, place_answer
from projector.annotation.task import (
    BOTH,
    RELATIONS,
    SPANS,
    Example,
    Said,
    Task,
    instruction,
    read_task,
    schema,
)
from projector.engines import read_options
from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.models.chat import ChatClient, ChatOptions, read_answer
from projector.models.server_requests import Unanswered
from projector.records import Document, Offsets
from projector.text.language_codes import english_name
from projector.text.tokens import tokenize

DIVERSE = 0.7  # temperature of several samples where the user names none
MOST_FAULTS = 8  # faults of an answer that the model is told


class LlmAnnotatorOptions(ChatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the annotator, besides those of `ChatOptions`.

    Attributes:
        task: the YAML file with the task.
        prompts: ``one`` question for everything, ``two`` (spans, then relations), or ``auto``:
            two where there are relations.
        samples: answers to each question.
        agreement: the share of the samples that must agree on a span, relation or class.
        context: longer documents (in characters) are rejected.
    """

    task: str = ""
    prompts: Literal["auto", "one", "two"] = "auto"
    samples: Annotated[int, Meta(ge=1, le=50)] = 1
    agreement: Annotated[float, Meta(gt=0, le=1)] = 0.5
    context: Annotated[int, Meta(ge=1)] = 20000


class _Question(Struct, frozen=True):
    """A document to annotate, with its words and the language's English name."""

    text: str
    lang: str
    tokens: list[Offsets]
    given: list[Labelled]


class LlmAnnotator:
    """See the module's docstring.

    Raises:
        UsageError: no task, model or server named, an unknown option.
        EngineError: the server cannot be reached or refuses the key.
    """

    name = "llm"
    version = "1"
    Options = LlmAnnotatorOptions

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(LlmAnnotatorOptions, options, self.name)
        if not self.options.task:
            raise UsageError("the annotator 'llm' needs a task: --set task=TASK.yaml")
        self.task: Task = read_task(self.options.task)
        self.model = model
        self.client = ChatClient(model, self.options, self.name)
        self._reachable = False

    def cost(self) -> dict[str, float]:
        """What was spent (see `ReportsCost`)."""
        return self.client.cost()

    def layers(self, lang: str) -> frozenset[str]:
        """What the task asks for, and tokens."""
        return self.task.layers()

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """See `Annotator.annotate`; equal documents are asked about once."""
        if not self._reachable:
            self.client.check()
            self._reachable = True
        questions = [
            _Question(
                document.text,
                lang,
                list(document.tokens) if document.tokens is not None
                else tokenize(document.text, lang),
                [] if self.task.labels
                else [Labelled(s.start, s.end, s.label) for s in document.spans if not s.pieces],
            )
            for document in documents
        ]  # fmt: skip
        unique = {msgspec.json.encode(question): question for question in questions}
        answers = self.client.run(self._annotate_one, list(unique.values()))
        by_key = dict(zip(unique, answers, strict=True))
        return [by_key[msgspec.json.encode(question)] for question in questions]

    async def _annotate_one(self, question: _Question) -> Annotation:
        empty = Annotation(question.tokens, [], [], [], [], [])
        if len(question.text) > self.options.context:
            why = f"the text is longer than {self.options.context} characters (context)"
            return msgspec.structs.replace(empty, error=why)
        try:
            samples = [await self._sample(question, n) for n in range(self.options.samples)]
        except Unanswered as error:
            return msgspec.structs.replace(empty, error=str(error))
        found = agreed(samples, self.options.agreement)
        return msgspec.structs.replace(
            empty,
            entities=[span for span in found.spans if span is not None],
            relations=found.relations,
            classes=found.classes,
            unplaced=found.unplaced,
        )

    async def _sample(self, question: _Question, n: int) -> Placed:
        """One whole annotation; the n-th of a document has its own seed."""
        task, options = self.task, self.options
        two = options.prompts == "two" or (options.prompts == "auto" and bool(task.relations))
        if task.labels and not (two and task.relations):
            return await self._ask(question, BOTH, n, None)
        first = Placed([*question.given], [], {}, [])
        if task.labels or task.classes:
            first = await self._ask(question, SPANS, n, None if task.labels else question.given)
        spans = [span for span in first.spans if span is not None]
        if len(spans) < 2 or not task.relations:
            return first
        second = await self._ask(question, RELATIONS, n, spans)
        return Placed(first.spans, second.relations, first.classes,
                      first.unplaced + second.unplaced)  # fmt: skip

    async def _ask(
        self, question: _Question, part: str, n: int, given: list[Labelled] | None
    ) -> Placed:
        """The best of the answers to one question.

        Raises:
            Unanswered: none of them could be read.
        """
        options = self.options
        messages = [
            {"role": "system", "content": instruction(self.task, part, english_name(question.lang))}
        ]
        for example in self.task.examples:
            messages += [_user(example.text, example, part), _assistant(example, part)]
        messages.append(_asked(question, part, given or []))
        best: Placed | None = None
        why = ""
        for _ in range(options.reasks + 1):
            text = await self.client.complete(
                messages, schema(self.task, part), seed=options.seed + n, temperature=self._warmth()
            )
            try:
                said = read_answer(text, Said)
            except ValueError as error:
                why = str(error)
                faults = [why]
            else:
                placed = place_answer(
                    said, self.task, question.text, question.lang, question.tokens, given
                )
                if best is None or _worth(placed) > _worth(best):
                    best = placed
                if not placed.unplaced:
                    break
                faults = [f"{u.what}: {u.reason}" for u in placed.unplaced[:MOST_FAULTS]]
            messages += [
                {"role": "assistant", "content": text[:4000]},
                {"role": "user", "content": "Not right: " + "; ".join(faults)
                 + ". Answer again, whole, with JSON only."},
            ]  # fmt: skip
        if best is None:
            raise Unanswered(why)
        return best

    def _warmth(self) -> float:
        return self.options.temperature or (DIVERSE if self.options.samples > 1 else 0.0)

    def close(self) -> None:
        """Nothing to stop."""


def _worth(placed: Placed) -> tuple[int, int]:
    """Fewer faults first, then more that holds."""
    holds = sum(span is not None for span in placed.spans)
    return -len(placed.unplaced), holds + len(placed.relations) + len(placed.classes)


def agreed(samples: Sequence[Placed], share: float) -> Placed:
    """What at least ``share`` of the samples say, each with its share as score.

    A single sample is taken as it is, without scores.
    """
    if len(samples) == 1:
        return samples[0]
    size = len(samples)
    spans: Counter[Labelled] = Counter()
    for sample in samples:
        spans.update({span for span in sample.spans if span is not None})
    kept = {
        span: msgspec.structs.replace(span, score=round(count / size, 4))
        for span, count in spans.items()
        if count / size >= share
    }
    relations = Counter(relation for s in samples for relation in s.relations)
    classes = Counter(item for s in samples for item in s.classes.items())
    chosen: dict[str, str] = {}
    for (name, value), count in sorted(classes.items(), key=lambda entry: (-entry[1], entry[0])):
        if count / size >= share:
            chosen.setdefault(name, value)
    unplaced = dict.fromkeys(u for s in samples for u in s.unplaced)
    ordered = sorted(kept.values(), key=lambda span: (span.start, span.end, span.label))
    return Placed(
        [*ordered],
        [
            LabelledRelation(r.label, kept[r.head], kept[r.tail], round(count / size, 4))
            for r, count in relations.items()
            if count / size >= share and r.head in kept and r.tail in kept
        ],
        chosen,
        list(unplaced),
    )


def _asked(question: _Question, part: str, spans: Sequence[Labelled]) -> dict[str, str]:
    content: JsonObject = {"text": question.text}
    if part == RELATIONS:
        content["spans"] = [
            {"number": n, "text": question.text[s.start : s.end], "label": s.label}
            for n, s in enumerate(spans, 1)
        ]
    return {"role": "user", "content": msgspec.json.encode(content).decode()}


def _user(text: str, example: Example, part: str) -> dict[str, str]:
    content: JsonObject = {"text": text}
    if part == RELATIONS:
        content["spans"] = [
            {"number": n, "text": s.text, "label": s.label} for n, s in enumerate(example.spans, 1)
        ]
    return {"role": "user", "content": msgspec.json.encode(content).decode()}


def _assistant(example: Example, part: str) -> dict[str, str]:
    content: JsonObject = {}
    if part != RELATIONS:
        content = {"spans": example.spans, "classes": example.classes}
    if part != SPANS:
        content["relations"] = example.relations
    kept = {name: value for name, value in content.items() if value or name == "spans"}
    return {"role": "assistant", "content": msgspec.json.encode(kept).decode()}
