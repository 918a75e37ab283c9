"""The engine `llm`: translation by any OpenAI-compatible server.

Sentences go in numbered groups and come back as JSON with the same numbers. An answer that lacks
some, or holds something else, is asked for again, then sentence by sentence; every sentence ends
translated or with the reason why not. See `projector.models.chat` for retries and the budget.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct, structs

from projector.engines import read_options
from projector.json_values import JsonObject
from projector.models.chat import BudgetSpent, ChatClient, ChatOptions, Usage, read_answer
from projector.models.server_requests import SPEED_OPTIONS, Unanswered
from projector.text.language_codes import english_name
from projector.translation.base import Constraint, Keeps, Translation
from projector.translation.constraints import holds

PROMPT = (
    "You are a professional translator. Translate every sentence of the given JSON from {source} "
    "into {target}. Keep names, numbers, punctuation, code, formulas, placeholders and anything "
    "between < and > as they are. "
    "Where a sentence has 'must_contain', your translation must contain one of each inner list "
    "word for word. Answer with JSON only: "
    '{{"translations": [{{"id": 1, "text": "..."}}, ...]}}, one entry for each sentence, with its '
    "id, and nothing else."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "translations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
                "required": ["id", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["translations"],
    "additionalProperties": False,
}


class LlmOptions(ChatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `ChatOptions`.

    Attributes:
        batch: sentences in a question; batch_characters: and no more characters than that.
        prompt: the instruction; {source} and {target} in it become language names.
    """

    batch: int = 12
    batch_characters: int = 4000
    prompt: str = PROMPT


_NOT_IN_KEY = SPEED_OPTIONS | {"url", "key_env", "budget_tokens", "budget_money", "price_in",
                               "price_out"}  # fmt: skip


class _Item(Struct):
    id: int
    text: str


class _Answer(Struct):
    translations: list[_Item]


class _Sentence(Struct, frozen=True):
    text: str
    wanted: tuple[tuple[str, ...], ...]


class LlmTranslator:
    """Translator over a chat server (see the module's docstring).

    Raises:
        UsageError: no model or server named, an unknown option.
        EngineError: the server cannot be reached or refuses the key.
    """

    name = "llm"
    version = "1"
    gives_links = False
    slow_check = True  # the cache remembers what has passed it

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(LlmOptions, options, self.name)
        self.model = model
        self.client = ChatClient(model, self.options, self.name)

    @property
    def usage(self) -> Usage:
        """Requests, tokens and money so far."""
        return self.client.usage

    def cost(self) -> dict[str, float]:
        """The same for OUT.run.json (see `ReportsCost`)."""
        return self.client.cost()

    def identity(self) -> JsonObject:
        """Everything that decides what a translation is (the cache's key)."""
        options = structs.asdict(self.options)
        return {
            "engine": self.name,
            "model": [self.client.url, self.model],
            "version": self.version,
            "options": {k: v for k, v in options.items() if k not in _NOT_IN_KEY},
        }

    def check(self, source: str, target: str) -> None:
        """Fail now if the server is not there or refuses the key."""
        self.client.check()

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """See `KeepsVerbatim`: the model is told to."""
        return "usually"

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; see `base.Translator`. Blank ones come back empty, unasked."""
        keys = [
            _Sentence(text, tuple(tuple(c.wanted) for c in constraints[n]) if constraints else ())
            for n, text in enumerate(sentences)
        ]
        unique = [key for key in dict.fromkeys(keys) if key.text.strip()]
        languages = {"source": english_name(source), "target": english_name(target)}
        system = self.options.prompt.format(**languages)

        async def ask(group: list[_Sentence]) -> list[Translation]:
            return await self._translate_group(group, system, target)

        groups = self._groups(unique)
        made = self.client.run(ask, groups)
        done = {
            sentence: translation
            for group, translations in zip(groups, made, strict=True)
            for sentence, translation in zip(group, translations, strict=True)
        }
        empty = Translation("")
        found = [done.get(key, empty) for key in keys]
        if constraints is None:
            return [structs.replace(t, constraints_met=None) for t in found]
        return [
            structs.replace(t, constraints_met=t.constraints_met or [False] * len(key.wanted))
            for t, key in zip(found, keys, strict=True)
        ]

    def _groups(self, sentences: Sequence[_Sentence]) -> list[list[_Sentence]]:
        groups: list[list[_Sentence]] = []
        size = 0
        for sentence in sentences:
            size += len(sentence.text)
            full = groups and (
                len(groups[-1]) >= self.options.batch or size > self.options.batch_characters
            )
            if not groups or full:
                groups.append([])
                size = len(sentence.text)
            groups[-1].append(sentence)
        return groups

    async def _translate_group(
        self, group: list[_Sentence], system: str, target: str
    ) -> list[Translation]:
        """A translation or an error for each sentence of a group."""
        done: dict[int, Translation] = {}
        waiting = dict(enumerate(group, 1))
        why = ""
        for _ in range(self.options.reasks + 1):
            try:
                answer = await self._ask(waiting, system)
            except BudgetSpent as error:
                why = str(error)
                break
            except (Unanswered, ValueError) as error:
                why = str(error)
                if len(waiting) > 1:
                    break  # a smaller question is likelier to be answered than the same again
                if isinstance(error, Unanswered):
                    break
                continue
            for number, text in answer.items():
                sentence = waiting.get(number)
                if sentence is None:
                    continue
                met = [holds(text, wanted, target) for wanted in sentence.wanted]
                best = done.get(number)
                if best is None or sum(met) > sum(best.constraints_met or ()):
                    done[number] = Translation(text, constraints_met=met)
            waiting = {
                number: sentence
                for number, sentence in waiting.items()
                if number not in done or not all(done[number].constraints_met or ())
            }
            if not waiting:
                break
            why = "the answer left it out"
        missing = [number for number in waiting if number not in done]
        if missing and len(group) > 1 and "budget" not in why:
            for number in missing:
                [done[number]] = await self._translate_group([group[number - 1]], system, target)
        return [
            done.get(number) or Translation("", error=why) for number in range(1, len(group) + 1)
        ]

    async def _ask(self, sentences: dict[int, _Sentence], system: str) -> dict[int, str]:
        """Usable translations by number (some may be missing).

        Raises:
            ValueError: the answer has not the asked-for shape.
            Unanswered: no answer.
        """
        question = []
        for number, sentence in sentences.items():
            entry: JsonObject = {"id": number, "text": sentence.text}
            if sentence.wanted:
                entry["must_contain"] = sentence.wanted
            question.append(entry)
        text = await self.client.complete(
            [
                {"role": "system", "content": system},
                {"role": "user", "content": msgspec.json.encode({"sentences": question}).decode()},
            ],
            SCHEMA,
        )
        answer = read_answer(text, _Answer)
        numbers = [item.id for item in answer.translations]
        if len(set(numbers)) != len(numbers):
            raise ValueError("the answer has a number twice")
        return {
            item.id: item.text.strip()
            for item in answer.translations
            if item.id in sentences and _sensible(sentences[item.id].text, item.text)
        }

    def close(self) -> None:
        """Nothing to stop."""


def _sensible(source: str, translation: str) -> bool:
    """Not empty, and not so long that it must be talk about the sentence."""
    return bool(translation.strip()) and len(translation) <= 6 * len(source) + 80
