"""The projector ``llm``: a language model says which words of the target each span became.

A chat server (any OpenAI-compatible one) gets source, target and the numbered spans and answers
with the target's words for each. What it says is only believed where it really stands in the
target, as whole words; of several places, the one that the word links point at is taken. For the
spans that are left, ``match`` decides, if the record has links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from projector.engines import engine_class, read_options
from projector.errors import UsageError
from projector.models.chat import ChatClient, ChatOptions, Usage, read_answer
from projector.models.server_requests import Unanswered
from projector.projection.base import Projection, Projector, learner
from projector.records import Offsets, Pair
from projector.text.language_codes import english_name
from projector.text.quotations import quoted_places

PROMPT = (
    "You are given a text, its translation, and numbered spans of the text. For each span copy, "
    "character by character, the words of the translation that mean the same as the span: all of "
    "them, and no more. The translation is never changed. If the translation has no such words, "
    'the answer for that span is null. Answer with JSON only: {"spans": [{"id": 1, "text": "..."}, '
    "...]}, one entry for each span."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "spans": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "text": {"type": ["string", "null"]},
                },
                "required": ["id", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["spans"],
    "additionalProperties": False,
}
# Estimated probability that the place is exactly right, before the links have their say.
ONE_PLACE, SEVERAL_PLACES, DENIED = 0.85, 0.65, 0.5


class LlmProjectorOptions(ChatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the projector, besides those of `ChatOptions`.

    Attributes:
        prompt: the instruction.
        context: characters of each text that are sent at most; longer records go to ``match``.
        fallback: the projector for what the model does not place ("" for none).
    """

    prompt: str = PROMPT
    context: int = 20000
    fallback: str = "match"


class _Item(Struct):
    id: int
    text: str | None = None


class _Answer(Struct):
    spans: list[_Item]


class LlmProjector:
    """See the module's docstring.

    Raises:
        UsageError: no model or server named, an unknown option.
        EngineError: the server cannot be reached or refuses the key.
    """

    name = "llm"
    version = "1"
    needs_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(LlmProjectorOptions, options, self.name)
        if self.options.fallback == self.name:
            raise UsageError("fallback: found 'llm', wanted another projector or none")
        self.model = model
        self.client = ChatClient(model, self.options, self.name)
        fallback = self.options.fallback
        self.fallback: Projector | None = (
            engine_class("projectors", fallback)() if fallback else None
        )
        self._learner = learner(self.fallback) if self.fallback is not None else None
        self.sees_corpus = self._learner is not None

    @property
    def usage(self) -> Usage:
        """Requests, tokens and money so far."""
        return self.client.usage

    def cost(self) -> dict[str, float]:
        """The same for OUT.run.json (see `ReportsCost`)."""
        return self.client.cost()

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Lets the fallback see the corpus."""
        if self._learner is not None:
            self._learner.fit(pairs)

    def state(self) -> bytes:
        """What the fallback learnt."""
        return self._learner.state() if self._learner is not None else b""

    def load_state(self, data: bytes) -> None:
        """Hand it back to the fallback."""
        if self._learner is not None and data:
            self._learner.load_state(data)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        linked = [n for n, p in enumerate(pairs) if p.alignment and p.source.spans]
        second: dict[int, list[Projection]] = {}
        if self.fallback is not None and linked:
            made = self.fallback.project([pairs[n] for n in linked])
            second = dict(zip(linked, made, strict=True))
        asked = [n for n, p in enumerate(pairs) if p.source.spans and p.target.text.strip()]
        answers = dict(
            zip(asked, self.client.run(self._ask, [pairs[n] for n in asked]), strict=True)
        )
        none = Projection(None, reason="no_counterpart")
        return [
            [
                place(span_answer, found, pair)
                for span_answer, found in zip(
                    answers.get(n) or ["the target is empty"] * len(pair.source.spans),
                    second.get(n) or [none] * len(pair.source.spans),
                    strict=True,
                )
            ]
            for n, pair in enumerate(pairs)
        ]

    async def _ask(self, pair: Pair) -> list[_Item | str]:
        """For each span the model's words, or the reason why there are none."""
        source, target, spans = pair.source, pair.target, pair.source.spans
        if max(len(source.text), len(target.text)) > self.options.context:
            return [f"the texts are longer than {self.options.context} characters"] * len(spans)
        question = {
            "source_language": english_name(source.lang),
            "target_language": english_name(target.lang),
            "source": source.text,
            "target": target.text,
            "spans": [
                {
                    "id": n,
                    "text": span.surface(source.text),
                    "before": source.text[max(0, span.start - 30) : span.start],
                    **({"label": span.label} if span.label else {}),
                }
                for n, span in enumerate(spans, 1)
            ],
        }
        messages = [
            {"role": "system", "content": self.options.prompt},
            {"role": "user", "content": msgspec.json.encode(question).decode()},
        ]
        given: dict[int, _Item] = {}
        why = "the answer left it out"
        for _ in range(self.options.reasks + 1):
            try:
                answer = read_answer(await self.client.complete(messages, SCHEMA), _Answer)
            except Unanswered as error:
                why = str(error)
                break
            except ValueError as error:
                why = str(error)
                continue
            for item in answer.spans:
                known = given.get(item.id)
                if known is None or not quoted_places(known.text or "", target.text, target.lang):
                    given[item.id] = item
            if all(
                n in given
                and (
                    given[n].text is None
                    or quoted_places(given[n].text or "", target.text, target.lang)
                )
                for n in range(1, len(spans) + 1)
            ):
                break
        return [given.get(n, why) for n in range(1, len(spans) + 1)]

    def close(self) -> None:
        """Stop the fallback."""
        if self.fallback is not None:
            self.fallback.close()


def place(answer: _Item | str, second: Projection, pair: Pair) -> Projection:
    """The projection of one span from the model's answer and what the links say."""
    text, lang = pair.target.text, pair.target.lang
    if isinstance(answer, str):
        return _instead(second, 1.0, "llm_failed", answer)
    if answer.text is None:
        return _instead(second, DENIED, "no_counterpart", "the model finds no words for it")
    found = quoted_places(answer.text, text, lang)
    if not found:
        return _instead(second, 1.0, "not_in_text", f"the model said {answer.text[:80]!r}")
    score = ONE_PLACE if len(found) == 1 else SEVERAL_PLACES
    best = found[0]
    if second.pieces:
        best = max(found, key=lambda f: (_common(f, second.pieces or []), -f[0]))
        if [best] == second.pieces:  # two independent judges agree
            score = 1 - (1 - score) * (1 - second.score)
        elif not _common(best, second.pieces):
            score *= 1 - 0.5 * second.score
    elif len(found) > 1:
        score /= len(found)
    return Projection([best], round(score, 4))


def _instead(second: Projection, factor: float, reason: str, detail: str) -> Projection:
    if second.pieces and second.score * factor > 0:
        return Projection(second.pieces, round(second.score * factor, 4))
    return Projection(None, reason=reason, detail=detail)


def _common(stretch: Offsets, pieces: Sequence[Offsets]) -> int:
    return sum(max(0, min(stretch[1], b) - max(stretch[0], a)) for a, b in pieces)
