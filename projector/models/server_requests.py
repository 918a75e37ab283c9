"""Requests to a server over HTTP: many in flight, tried again, bounded in size and time.

What can mend itself (429, 5xx, time-outs, cut connections) is tried again with growing pauses or
after the time the server asks for. No answer is read beyond a size and a time. Keys come from the
environment, and are hidden in everything that is said or kept. `chat` and the translator `http`
stand on this.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

import httpx
import tenacity
from msgspec import Meta, Struct

from projector.errors import EngineError
from projector.redact import Redactor

Item = TypeVar("Item")
Result = TypeVar("Result")
MENDS_ITSELF = {408, 409, 425, 429}  # HTTP statuses of a request that may be sent again
CHECK_SECONDS = 10.0
# Options that change how fast an answer comes, not what it is (no part of a cache's key).
SPEED_OPTIONS = frozenset(
    "concurrency timeout deadline total_deadline max_bytes retries pause longest_pause".split()
)


class RequestOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a server is asked.

    Attributes:
        concurrency: requests in flight at a time.
        timeout: seconds to wait for a server that says nothing.
        deadline: seconds for a whole answer, however busily it comes.
        total_deadline: seconds for a question with all its tries and pauses.
        max_bytes: an answer longer than this is given up.
        retries: further tries of a request; pause: seconds before the first of them (it doubles);
            longest_pause: no pause is longer, whatever the server asks for.
    """

    concurrency: int = 8
    timeout: Annotated[float, Meta(gt=0)] = 120.0
    deadline: Annotated[float, Meta(gt=0)] = 600.0
    total_deadline: Annotated[float, Meta(gt=0)] = 3600.0
    max_bytes: Annotated[int, Meta(gt=0)] = 8 << 20
    retries: Annotated[int, Meta(ge=0)] = 6
    pause: float = 1.0
    longest_pause: float = 60.0

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(f"concurrency: found {self.concurrency}, wanted 1 or more")


class Unanswered(Exception):
    """One question that got no usable answer; the message says why. Others are not affected."""


class TryAgain(Exception):
    """An answer that may be better next time; ``after``: seconds that the server asks to wait."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        self.after = after
        super().__init__(why)


class Requests:
    """Sends requests to one server (see the module's docstring).

    Args:
        engine: what messages call the asker.
        shown: the server's address as it may be shown.
        headers: the headers of every request, keys included.
        redact: hides the keys in what the server says.
        refused, absent: the errors for HTTP 401 and 403, and for 404 with what the server said.
    """

    def __init__(
        self,
        engine: str,
        shown: str,
        options: RequestOptions,
        *,
        headers: Callable[[], Mapping[str, str]],
        redact: Redactor,
        refused: Callable[[int], EngineError],
        absent: Callable[[str], EngineError],
    ) -> None:
        self.engine, self.shown, self.options = engine, shown, options
        self.requests = 0
        self.retries = 0
        self._headers, self._redact = headers, redact
        self._refused, self._absent = refused, absent
        self._not_before = 0.0

    def run(
        self, ask: Callable[[Item], Coroutine[object, object, Result]], items: Sequence[Item]
    ) -> list[Result]:
        """``ask`` every item, at most ``concurrency`` at a time; results in order of the items."""

        async def everything() -> list[Result]:
            limits = httpx.Limits(max_connections=self.options.concurrency)
            gate = asyncio.Semaphore(self.options.concurrency)
            async with httpx.AsyncClient(
                headers=self._plain_headers(), timeout=self.options.timeout, limits=limits
            ) as self._http:

                async def one(item: Item) -> Result:
                    async with gate:
                        return await ask(item)

                tasks = [asyncio.create_task(one(item)) for item in items]
                try:
                    return await asyncio.gather(*tasks)
                finally:
                    for task in tasks:
                        task.cancel()

        return run_to_end(everything())

    def status(self, where: str) -> int:
        """The HTTP status of a GET; 0 from a server that is there, but slow or odd. Nothing of its
        answer is read.

        Raises:
            EngineError: no server is there.
        """
        return run_to_end(self._status(where))

    async def _status(self, where: str) -> int:
        try:
            async with (
                asyncio.timeout(CHECK_SECONDS),
                httpx.AsyncClient(headers=self._plain_headers(), timeout=CHECK_SECONDS) as http,
                http.stream("GET", where) as answer,
            ):
                return int(answer.status_code)
        except httpx.ConnectError as error:
            raise self._no_server(error) from error
        except (httpx.HTTPError, TimeoutError):
            return 0

    async def post(
        self, where: str, body: object, read: Callable[[bytes], Result], *, form: bool = False
    ) -> Result:
        """What ``read`` makes of the answer to a POST; only inside of `run`.

        Args:
            body: sent as JSON; with ``form``, pairs of fields.
            read: raises `TryAgain` at an answer that is none, `Unanswered` at one that is no use.

        Raises:
            Unanswered: it could not be had (refused, or still failing after all tries).
            EngineError: nothing can be had from this server (no connection, wrong key or path).
        """

        def wait(state: tenacity.RetryCallState) -> float:
            self.retries += 1
            error = state.outcome.exception() if state.outcome else None
            asked = error.after if isinstance(error, TryAgain) else 0.0
            growing: float = tenacity.wait_random_exponential(
                multiplier=self.options.pause, max=self.options.longest_pause
            )(state)
            return min(self.options.longest_pause, max(asked, growing))

        sent = {"data": body} if form else {"json": body}
        try:
            async with asyncio.timeout(self.options.total_deadline):
                async for attempt in tenacity.AsyncRetrying(
                    retry=tenacity.retry_if_exception_type(TryAgain),
                    stop=tenacity.stop_after_attempt(self.options.retries + 1),
                    wait=wait,
                    reraise=True,
                ):
                    with attempt:
                        return read(await self._once(where, sent))
        except TryAgain as error:
            if isinstance(error.__cause__, httpx.ConnectError):
                raise self._no_server(error.__cause__) from error
            tries = self.options.retries + 1
            raise Unanswered(f"no answer after {tries} tries: {error}") from error
        except TimeoutError as error:
            seconds = f"{self.options.total_deadline:g}"
            raise Unanswered(f"no answer within {seconds} seconds (total_deadline)") from error
        raise AssertionError("unreachable")

    async def _once(self, where: str, sent: Mapping[str, object]) -> bytes:
        while (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        self.requests += 1
        status, retry_after, content = await self._exchange(where, sent)
        said = self._redact(content[:1000].decode("utf-8", "replace"))[:200]
        if status in MENDS_ITSELF or status >= 500:
            after = retry_seconds(retry_after)
            if status == 429:  # the others need not find out for themselves
                calm = min(self.options.longest_pause, after)
                self._not_before = max(self._not_before, time.monotonic() + calm)
            raise TryAgain(f"HTTP {status}", after)
        if status in (401, 403):
            raise self._refused(status)
        if status == 404:
            raise self._absent(said)
        if status >= 300:
            raise Unanswered(f"HTTP {status}: {said}")
        return content

    async def _exchange(self, where: str, sent: Mapping[str, object]) -> tuple[int, str, bytes]:
        """Status, Retry-After and content of the server's answer, bounded in size and time.

        Raises:
            TryAgain: the connection failed, or the answer is too long or takes too long.
        """
        limit = self.options.max_bytes
        content = bytearray()
        try:
            async with (
                asyncio.timeout(self.options.deadline),
                self._http.stream("POST", where, **sent) as answer,
            ):
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > limit:
                        raise TryAgain(f"the answer is longer than {limit} bytes (max_bytes)")
        except TimeoutError as error:
            seconds = f"{self.options.deadline:g}"
            raise TryAgain(f"the answer took more than {seconds} seconds (deadline)") from error
        except httpx.HTTPError as error:
            why = self._redact(str(error))
            raise TryAgain(f"{type(error).__name__}: {why}") from error
        return answer.status_code, answer.headers.get("retry-after", ""), bytes(content)

    def _plain_headers(self) -> dict[str, str]:
        # An answer that is not compressed cannot unfold to more than was sent.
        return {**self._headers(), "Accept-Encoding": "identity"}

    def _no_server(self, error: Exception) -> EngineError:
        why = self._redact(str(error))
        return EngineError(f"{self.engine}: no server answers at {self.shown} ({why}); start it")


def retry_seconds(value: str) -> float:
    """Seconds from a Retry-After header, which holds seconds or a date."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def run_to_end(work: Awaitable[Result]) -> Result:
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
