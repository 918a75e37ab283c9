"""A client of any server that speaks the OpenAI chat protocol, for engines that ask a model.

How a server is asked, tried again and held to bounds stands in `server_requests`; here are the
protocol and the budget in tokens or money, which is never knowingly passed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from projector.errors import EngineError, UsageError
from projector.json_values import JsonObject
from projector.models.server_requests import RequestOptions, Requests, TryAgain, Unanswered
from projector.redact import Redactor, redacted, secrets_of

Item = TypeVar("Item")
Result = TypeVar("Result")


class ChatOptions(RequestOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options that every engine on such a server has, besides those of `RequestOptions`.

    Attributes:
        url: the server, up to and with its version: ``http://127.0.0.1:8000/v1``
            ("" for the environment variable OPENAI_BASE_URL).
        key_env: the environment variable that holds the key, if the server wants one.
        reasks: how often an answer that makes no sense is asked for again.
        temperature, seed, max_tokens: sent to the server (max_tokens 0: not sent).
        answer_format: how the server is told to answer in JSON: by schema, as any object, or not.
        budget_tokens, budget_money: stop asking when so much is spent (0: no limit).
        price_in, price_out: money for a million tokens of question and of answer.
    """

    url: str = ""
    key_env: str = "OPENAI_API_KEY"
    reasks: int = 2
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 0
    answer_format: Literal["schema", "object", "none"] = "schema"
    budget_tokens: int = 0
    budget_money: float = 0.0
    price_in: float = 0.0
    price_out: float = 0.0

    def __post_init__(self) -> None:
        RequestOptions.__post_init__(self)
        if self.budget_money and not (self.price_in or self.price_out):
            raise ValueError("budget_money: wanted price_in and price_out beside it")


class Usage(Struct):
    """What has been spent so far."""

    requests: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0


class BudgetSpent(Unanswered):
    """The next question would pass the budget."""


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: str | None = None


class _Counts(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(Struct):
    choices: list[_Choice]
    usage: _Counts | None = None


class ChatClient:
    """Asks a server; keeps count of what was spent (see the module's docstring).

    Raises:
        UsageError: no model or no server named.
    """

    def __init__(self, model: str, options: ChatOptions, engine: str = "llm") -> None:
        url = options.url or os.environ.get("OPENAI_BASE_URL", "")
        if not model:
            raise UsageError(f"the engine {engine!r} needs a model: --model NAME")
        if not url.startswith(("http://", "https://")):
            raise UsageError(
                f"the engine {engine!r} needs a server: the option url=http://HOST:PORT/v1 or the "
                f"environment variable OPENAI_BASE_URL (found {redacted(url)!r})"
            )
        path, question, query = url.partition("?")
        self._query = question + query
        self._base = path.rstrip("/")
        self.url = redacted(self._base + self._query)  # as it may be shown
        key = os.environ.get(options.key_env, "")
        self._redact = Redactor([key, *secrets_of(url)])
        self.model = model
        self.engine = engine
        self.options = options
        self._spent = Usage()
        self._reserved = 0.0
        self._requests = Requests(
            engine, self.url, options, headers=self._headers, redact=self._redact,
            refused=self._refused, absent=self._absent,
        )  # fmt: skip

    @property
    def usage(self) -> Usage:
        """What has been spent so far."""
        counts = {"requests": self._requests.requests, "retries": self._requests.retries}
        return msgspec.structs.replace(self._spent, **counts)

    def cost(self) -> dict[str, float]:
        """What was spent so far (see `ReportsCost`); money only where prices were given."""
        spent = msgspec.structs.asdict(self.usage)
        return {name: float(amount) for name, amount in spent.items() if amount}

    def check(self) -> None:
        """Fail now if the server is not there or refuses the key.

        Raises:
            EngineError: with the command or variable that mends it.
        """
        status = self._requests.status(f"{self._base}/models{self._query}")
        if status in (401, 403):
            raise self._refused(status)

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self.options.key_env, "")
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _refused(self, status: int) -> EngineError:
        known = "is set" if os.environ.get(self.options.key_env) else "is not set"
        return EngineError(
            f"{self.engine}: the server at {self.url} refuses the key (HTTP {status}); the "
            f"environment variable {self.options.key_env} {known}"
        )

    def _absent(self, said: str) -> EngineError:
        return EngineError(
            f"{self.engine}: the server at {self.url} knows no model {self.model!r}, or the url "
            f"lacks its version (/v1): HTTP 404 {said}"
        )

    def run(
        self, ask: Callable[[Item], Coroutine[object, object, Result]], items: Sequence[Item]
    ) -> list[Result]:
        """``ask`` every item, at most ``concurrency`` at a time; results in order of the items."""
        return self._requests.run(ask, items)

    async def complete(
        self,
        messages: list[dict[str, str]],
        schema: JsonObject,
        *,
        seed: int | None = None,
        temperature: float | None = None,
    ) -> str:
        """The text of the server's answer to one conversation.

        Args:
            schema: JSON schema of the answer, for servers that can be held to one.
            seed, temperature: of this answer; the options' own where they are None.

        Raises:
            Unanswered: it could not be had (refused, cut off, or still failing after all tries).
            EngineError: nothing can be had from this server (no connection, wrong key or path).
        """
        expected = sum(len(m["content"]) for m in messages) / 3
        body: JsonObject = {
            "model": self.model,
            "messages": messages,
            "temperature": self.options.temperature if temperature is None else temperature,
            "seed": self.options.seed if seed is None else seed,
        }
        if self.options.max_tokens:
            body["max_tokens"] = self.options.max_tokens
        if self.options.answer_format == "schema":
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            }
        elif self.options.answer_format == "object":
            body["response_format"] = {"type": "json_object"}

        where = f"{self._base}/chat/completions{self._query}"
        self._reserve(expected)
        try:
            return await self._requests.post(where, body, lambda found: self._text(found, body))
        finally:
            self._reserved -= expected

    def _reserve(self, expected: float) -> None:
        """Refuse a question that would pass the budget, those in flight counted."""
        spent = self._spent.tokens_in + self._spent.tokens_out + self._reserved
        options = self.options
        if options.budget_tokens and spent + expected > options.budget_tokens:
            raise BudgetSpent(f"the budget of {options.budget_tokens} tokens is spent")
        price = max(options.price_in, options.price_out) / 1e6
        money = self._spent.money + (self._reserved + expected) * price
        if options.budget_money and money > options.budget_money:
            raise BudgetSpent(f"the budget of {options.budget_money} is spent")
        self._reserved += expected

    def _text(self, content: bytes, body: JsonObject) -> str:
        """The text of an answer, its tokens counted.

        Raises:
            TryAgain: it is not an answer of the protocol.
            Unanswered: it was cut off, or repeats the key.
        """
        try:
            completion = msgspec.json.decode(content, type=_Completion)
            choice = completion.choices[0]
        except (msgspec.DecodeError, IndexError) as error:
            raise TryAgain(f"not an answer of the chat protocol ({error})") from error
        text = choice.message.content or ""
        counts = completion.usage or _Counts(len(str(body)) // 4, len(text) // 4)
        self._spent.tokens_in += counts.prompt_tokens
        self._spent.tokens_out += counts.completion_tokens
        self._spent.money += (
            counts.prompt_tokens * self.options.price_in
            + counts.completion_tokens * self.options.price_out
        ) / 1e6
        if self._redact.found_in(text):
            raise Unanswered("the answer repeats the key or password that was sent; it is not kept")
        if choice.finish_reason == "length":
            raise Unanswered("the answer was cut off at the server's limit of tokens")
        return text


def read_answer(text: str, kind: type[Result]) -> Result:
    """The JSON of an answer, out of a code fence or a sentence around it if need be.

    Raises:
        ValueError: it holds none, or not what was asked for.
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise ValueError("the answer holds no JSON")
    try:
        return msgspec.json.Decoder(kind).decode(text[start : end + 1])
    except msgspec.DecodeError as error:
        raise ValueError(f"the answer is not what was asked for: {error}") from error
