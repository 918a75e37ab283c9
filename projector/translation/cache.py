"""Translations kept on disk: a sentence that was once translated never reaches the engine again.

`CachedTranslator` wraps any engine. The key is everything that decides the result: the engine
with its version, the model's content (not its name), the options that matter, the languages, the
text and its constraints. A second run of the same data therefore loads no model at all.

One SQLite file in a folder: safe against kills (write-ahead log, one transaction for a batch) and
shared by any number of processes. Values are JSON.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from projector.abilities import total_cost
from projector.errors import EngineError
from projector.translation.base import (
    ChecksSlowly,
    Constraint,
    HasIdentity,
    Translation,
    Translator,
)

# The number changes when keys or values change their shape, or when values may have been wrong
# (1: an Apertium process that was killed left empty translations behind).
FILE = "translations-2.sqlite"
CHUNK = 2000  # misses that go to the engine between two writes: what a kill can lose
_QUESTION_MARKS = 500


class TranslationStore:
    """Keys and JSON values in one SQLite file; opened at first use in each process.

    Raises:
        EngineError: the folder cannot be written or the file is damaged, with the fix.
    """

    def __init__(self, folder: str) -> None:
        self.path = Path(folder).expanduser() / FILE
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._process != os.getpid():
            try:
                # Texts may be private: a folder and a file of ours are for their owner alone
                # (SQLite gives its write-ahead log the rights of the file itself).
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
                connection = sqlite3.connect(
                    self.path, timeout=60, isolation_level=None, check_same_thread=False
                )
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS translations "
                    "(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
                )
            except (OSError, sqlite3.Error) as error:
                raise self._failed(error) from error
            self._connection, self._process = connection, os.getpid()
        return self._connection

    def _failed(self, error: BaseException) -> EngineError:
        return EngineError(
            f"{self.path}: the translation cache cannot be used ({error}); delete it, or name "
            f"another folder, or none"
        )

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that are there."""
        connection = self._open()
        found: dict[bytes, bytes] = {}
        try:
            for n in range(0, len(keys), _QUESTION_MARKS):
                some = keys[n : n + _QUESTION_MARKS]
                marks = ",".join("?" * len(some))
                found.update(
                    connection.execute(
                        f"SELECT key, value FROM translations WHERE key IN ({marks})", some
                    )
                )
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return found

    def put(self, entries: Sequence[tuple[bytes, bytes]]) -> None:
        """Write all or nothing."""
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO translations VALUES (?, ?)", entries)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise self._failed(error) from error

    def close(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


class CachedTranslator:
    """A translator that asks the store first (see the module's docstring).

    Translations that failed, or that hold nothing of a sentence with words, are not kept: they
    are tried again in the next run.
    """

    def __init__(self, inner: Translator, folder: str) -> None:
        self.inner = inner
        self.store = TranslationStore(folder)
        self._identities: dict[tuple[str, str], bytes] = {}
        self.hits = 0
        self.misses = 0

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def model(self) -> str:
        return self.inner.model

    @property
    def version(self) -> str:
        return self.inner.version

    @property
    def gives_links(self) -> bool:
        return self.inner.gives_links

    def cost(self) -> dict[str, float]:
        """What the engine has spent; a translation out of the store costs nothing."""
        return total_cost([self.inner])

    def _identity(self, source: str, target: str) -> bytes:
        """What the engine says decides its translations, as bytes.

        An engine may know its version only once it has looked for the languages, so it is asked
        after its own check; only engines whose check is slow are spared it (``slow_check``).
        """
        pair = (source, target)
        if pair not in self._identities:
            inner = self.inner
            if not self._checks_slowly:
                inner.check(source, target)
            if not isinstance(inner, HasIdentity):
                raise EngineError(
                    f"the engine {inner.name!r} does not say what its translations depend on, so "
                    f"they cannot be cached: run without --cache (it lacks the method 'identity')"
                )
            self._identities[pair] = msgspec.json.encode(inner.identity(), order="sorted")
        return self._identities[pair]

    @property
    def _checks_slowly(self) -> bool:
        return isinstance(self.inner, ChecksSlowly) and self.inner.slow_check

    def _key(self, what: str, source: str, target: str, *parts: object) -> bytes:
        rest = msgspec.json.encode([what, source, target, *parts])
        return hashlib.sha256(self._identity(source, target) + b"\0" + rest).digest()

    def check(self, source: str, target: str) -> None:
        """As the engine's own; what once passed a slow check is not checked again."""
        key = self._key("check", source, target)
        if self._checks_slowly and not self.store.get([key]):
            self.inner.check(source, target)
            self.store.put([(key, msgspec.json.encode(int(time.time())))])

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translations from the store; the engine is asked for the rest, equal ones once."""
        keys = [
            self._key("translate", source, target, text, constraints and constraints[n])
            for n, text in enumerate(sentences)
        ]
        done = {
            key: msgspec.json.decode(value, type=Translation)
            for key, value in self.store.get(list(dict.fromkeys(keys))).items()
        }
        first = {key: n for n, key in reversed(list(enumerate(keys)))}
        missing = [n for key, n in sorted(first.items(), key=lambda kv: kv[1]) if key not in done]
        self.hits += len(first) - len(missing)
        self.misses += len(missing)
        for places in _chunks(missing):
            made = self.inner.translate(
                [sentences[n] for n in places],
                source,
                target,
                [constraints[n] for n in places] if constraints is not None else None,
            )
            done.update((keys[n], t) for n, t in zip(places, made, strict=True))
            self.store.put(
                [
                    (keys[n], msgspec.json.encode(t))
                    for n, t in zip(places, made, strict=True)
                    if _keep(sentences[n], t)
                ]
            )
        return [done[key] for key in keys]

    def close(self) -> None:
        self.store.close()
        self.inner.close()


def _keep(sentence: str, made: Translation) -> bool:
    return made.error is None and bool(made.text.strip() or not sentence.strip())


def _chunks(places: list[int]) -> Iterator[list[int]]:
    for n in range(0, len(places), CHUNK):
        yield places[n : n + CHUNK]
