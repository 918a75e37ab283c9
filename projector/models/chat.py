"""A client of any server that speaks the OpenAI chat protocol, for engines that ask a model.

Many requests in flight, but never more than allowed; what can mend itself (429, 5xx, time-outs,
cut connections) is tried again with growing pauses or after the time the server asks for; a budget
in tokens or money is never knowingly passed. No answer is read beyond a size and a time. The key
comes from the environment, and is hidden in everything that is said or kept.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, TypeVar

import httpx
import msgspec
import tenacity
from msgspec import Meta, Struct

from projector.errors import EngineError, UsageError
from projector.redact import Redactor, redacted, secrets_of

Result = TypeVar("Result")
MENDS_ITSELF = {408, 409, 425, 429}  # HTTP statuses of a request that may be sent again
CHECK_SECONDS = 10.0


class ChatOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options that every engine on such a server has.

    Attributes:
        url: the server, up to and with its version: ``http://127.0.0.1:8000/v1``
            ("" for the environment variable OPENAI_BASE_URL).
        key_env: the environment variable that holds the key, if the server wants one.
        concurrency: requests in flight at a time.
        timeout: seconds to wait for a server that says nothing.
        deadline: seconds for a whole answer, however busily it comes.
        max_bytes: an answer longer than this is given up.
        retries: further tries of a request; pause: seconds before the first of them (it doubles);
            longest_pause: no pause is longer, whatever the server asks for.
        reasks: how often an answer that makes no sense is asked for again.
        temperature, seed, max_tokens: sent to the server (max_tokens 0: not sent).
        answer_format: how the server is told to answer in JSON: by schema, as any object, or not.
        budget_tokens, budget_money: stop asking when so much is spent (0: no limit).
        price_in, price_out: money for a million tokens of question and of answer.
    """

    url: str = ""
    key_env: str = "OPENAI_API_KEY"
    concurrency: int = 8
    timeout: Annotated[float, Meta(gt=0)] = 120.0
    deadline: Annotated[float, Meta(gt=0)] = 600.0
    max_bytes: Annotated[int, Meta(gt=0)] = 8 << 20
    retries: int = 6
    pause: float = 1.0
    longest_pause: float = 60.0
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
        if self.concurrency < 1:
            raise ValueError(f"concurrency: found {self.concurrency}, wanted 1 or more")
        if self.budget_money and not (self.price_in or self.price_out):
            raise ValueError("budget_money: wanted price_in and price_out beside it")


class Usage(Struct):
    """What has been spent so far."""

    requests: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0


class Unanswered(Exception):
    """One question that got no usable answer; the message says why. Others are not affected."""


class BudgetSpent(Unanswered):
    """The next question would pass the budget."""


class _TryAgain(Exception):
    def __init__(self, why: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(why)


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
        self.usage = Usage()
        self._reserved = 0.0
        self._not_before = 0.0

    def cost(self) -> dict[str, float]:
        """What was spent so far (see `ReportsCost`); money only where prices were given."""
        spent = msgspec.structs.asdict(self.usage)
        return {name: float(amount) for name, amount in spent.items() if amount}

    def check(self) -> None:
        """Fail now if the server is not there or refuses the key.

        Raises:
            EngineError: with the command or variable that mends it.
        """
        status = _run(self._status_of_models())
        if status in (401, 403):
            raise self._refused(status)

    async def _status_of_models(self) -> int:
        """The HTTP status of the list of models; 0 from a server that is there, but slow or odd:
        the questions themselves are tried again. Nothing of the list is read."""
        where = f"{self._base}/models{self._query}"
        try:
            async with (
                asyncio.timeout(CHECK_SECONDS),
                httpx.AsyncClient(headers=self._headers(), timeout=CHECK_SECONDS) as http,
                http.stream("GET", where) as answer,
            ):
                return int(answer.status_code)
        except httpx.ConnectError as error:
            raise self._no_server(error) from error
        except (httpx.HTTPError, TimeoutError):
            return 0

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self.options.key_env, "")
        # An answer that is not compressed cannot unfold to more than was sent.
        plain = {"Accept-Encoding": "identity"}
        return {"Authorization": f"Bearer {key}", **plain} if key else plain

    def _no_server(self, error: Exception) -> EngineError:
        why = self._redact(str(error))
        return EngineError(f"{self.engine}: no server answers at {self.url} ({why}); start it")

    def _refused(self, status: int) -> EngineError:
        known = "is set" if os.environ.get(self.options.key_env) else "is not set"
        return EngineError(
            f"{self.engine}: the server at {self.url} refuses the key (HTTP {status}); the "
            f"environment variable {self.options.key_env} {known}"
        )

    def run(self, ask: Callable[[Any], Coroutine[Any, Any, Result]], items: Sequence[Any]
            ) -> list[Result]:  # fmt: skip
        """``ask`` every item, at most ``concurrency`` at a time; results in order of the items."""

        async def everything() -> list[Result]:
            limits = httpx.Limits(max_connections=self.options.concurrency)
            gate = asyncio.Semaphore(self.options.concurrency)
            async with httpx.AsyncClient(
                headers=self._headers(), timeout=self.options.timeout, limits=limits
            ) as self._http:

                async def one(item: Any) -> Result:
                    async with gate:
                        return await ask(item)

                tasks = [asyncio.create_task(one(item)) for item in items]
                try:
                    return await asyncio.gather(*tasks)
                finally:
                    for task in tasks:
                        task.cancel()

        return _run(everything())

    async def complete(
        self,
        messages: list[dict[str, str]],
        schema: dict[str, Any],
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
        body: dict[str, Any] = {
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

        def wait(state: tenacity.RetryCallState) -> float:
            self.usage.retries += 1
            error = state.outcome.exception() if state.outcome else None
            asked = error.after if isinstance(error, _TryAgain) else 0.0
            growing: float = tenacity.wait_random_exponential(
                multiplier=self.options.pause, max=self.options.longest_pause
            )(state)
            return min(self.options.longest_pause, max(asked, growing))

        self._reserve(expected)
        try:
            async for attempt in tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(_TryAgain),
                stop=tenacity.stop_after_attempt(self.options.retries + 1),
                wait=wait,
                reraise=True,
            ):
                with attempt:
                    return await self._post(body)
        except _TryAgain as error:
            if isinstance(error.__cause__, httpx.ConnectError):
                raise self._no_server(error.__cause__) from error
            tries = self.options.retries + 1
            raise Unanswered(f"no answer after {tries} tries: {error}") from error
        finally:
            self._reserved -= expected
        raise AssertionError("unreachable")

    def _reserve(self, expected: float) -> None:
        """Refuse a question that would pass the budget, those in flight counted."""
        spent = self.usage.tokens_in + self.usage.tokens_out + self._reserved
        options = self.options
        if options.budget_tokens and spent + expected > options.budget_tokens:
            raise BudgetSpent(f"the budget of {options.budget_tokens} tokens is spent")
        price = max(options.price_in, options.price_out) / 1e6
        money = self.usage.money + (self._reserved + expected) * price
        if options.budget_money and money > options.budget_money:
            raise BudgetSpent(f"the budget of {options.budget_money} is spent")
        self._reserved += expected

    async def _post(self, body: dict[str, Any]) -> str:
        while (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        self.usage.requests += 1
        status, retry_after, content = await self._exchange(body)
        said = self._redact(content[:1000].decode("utf-8", "replace"))[:200]
        if status in MENDS_ITSELF or status >= 500:
            after = _retry_after(retry_after)
            if status == 429:  # the others need not find out for themselves
                calm = min(self.options.longest_pause, after)
                self._not_before = max(self._not_before, time.monotonic() + calm)
            raise _TryAgain(f"HTTP {status}", after)
        if status in (401, 403):
            raise self._refused(status)
        if status == 404:
            raise EngineError(
                f"{self.engine}: the server at {self.url} knows no model {self.model!r}, or the "
                f"url lacks its version (/v1): HTTP 404 {said}"
            )
        if status >= 400:
            raise Unanswered(f"HTTP {status}: {said}")
        try:
            completion = msgspec.json.decode(content, type=_Completion)
            choice = completion.choices[0]
        except (msgspec.DecodeError, IndexError) as error:
            raise _TryAgain(f"not an answer of the chat protocol ({error})") from error
        text = choice.message.content or ""
        counts = completion.usage or _Counts(len(str(body)) // 4, len(text) // 4)
        self.usage.tokens_in += counts.prompt_tokens
        self.usage.tokens_out += counts.completion_tokens
        self.usage.money += (
            counts.prompt_tokens * self.options.price_in
            + counts.completion_tokens * self.options.price_out
        ) / 1e6
        if self._redact.found_in(text):
            raise Unanswered("the answer repeats the key or password that was sent; it is not kept")
        if choice.finish_reason == "length":
            raise Unanswered("the answer was cut off at the server's limit of tokens")
        return text

    async def _exchange(self, body: dict[str, Any]) -> tuple[int, str, bytes]:
        """Status, Retry-After and content of the server's answer, bounded in size and time.

        Raises:
            _TryAgain: the connection failed, or the answer is too long or takes too long.
        """
        limit = self.options.max_bytes
        where = f"{self._base}/chat/completions{self._query}"
        content = bytearray()
        try:
            async with (
                asyncio.timeout(self.options.deadline),
                self._http.stream("POST", where, json=body) as answer,
            ):
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > limit:
                        raise _TryAgain(f"the answer is longer than {limit} bytes (max_bytes)")
        except TimeoutError as error:
            seconds = f"{self.options.deadline:g}"
            raise _TryAgain(f"the answer took more than {seconds} seconds (deadline)") from error
        except httpx.HTTPError as error:
            why = self._redact(str(error))
            raise _TryAgain(f"{type(error).__name__}: {why}") from error
        return answer.status_code, answer.headers.get("retry-after", ""), bytes(content)


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


def _retry_after(value: str) -> float:
    """Seconds from a Retry-After header, which holds seconds or a date."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _run(work: Awaitable[Result]) -> Result:
    """Run a coroutine to its end, also where an event loop runs already (notebooks)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)  # type: ignore[arg-type]
    found: list[Result] = []
    failed: list[BaseException] = []

    def inside() -> None:
        try:
            found.append(asyncio.run(work))  # type: ignore[arg-type]
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
