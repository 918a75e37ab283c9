"""The engine `bitext`: translations looked up in a file of sentence pairs.

For a corpus that people have translated already: each sentence of the input must stand in the
file, with the white space around it and between its words not counting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from projector.engines import read_options
from projector.errors import DataError, UsageError
from projector.io.streams import open_read
from projector.json_values import JsonObject
from projector.translation.base import Constraint, Keeps, Translation


class BitextOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        reverse: the file's second column is the source.
    """

    reverse: bool = False


class BitextTranslator:
    """Translator over a file with a source and a target sentence on each line, a tab between.

    Args:
        model: the file, ``.tsv``, ``.tsv.gz`` or ``.tsv.zst``. Of a sentence that occurs more
            than once the first translation counts.

    Raises:
        UsageError: no file is named, or an unknown option.
        DataError: the file cannot be read, or a line has not two columns.
    """

    name = "bitext"
    gives_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        if not model:
            raise UsageError("the engine 'bitext' needs a file: --model PAIRS.tsv")
        self.model = model
        self.options = read_options(BitextOptions, options, self.name)
        self.version = ""
        self._pairs: dict[str, str] | None = None

    def check(self, source: str, target: str) -> None:
        """Fail now if the file cannot be read. Its languages are the user's word."""
        self._load()

    def _load(self) -> dict[str, str]:
        if self._pairs is not None:
            return self._pairs
        pairs: dict[str, str] = {}
        digest = hashlib.sha256()
        with open_read(self.model) as stream:
            for number, line in enumerate(stream, 1):
                digest.update(line)
                try:
                    columns = line.decode("utf-8").rstrip("\r\n").split("\t")
                except UnicodeDecodeError as error:
                    raise DataError(
                        "found bytes that are not UTF-8", path=self.model, line=number
                    ) from error
                if columns == [""]:
                    continue
                if len(columns) < 2:
                    raise DataError(
                        "found one column, wanted a source and a target sentence with a tab "
                        "between",
                        path=self.model,
                        line=number,
                    )
                source, target = columns[:2]
                if self.options.reverse:
                    source, target = target, source
                pairs.setdefault(_plain(source), target.strip())
        self.version = digest.hexdigest()[:12]
        self._pairs = pairs
        return pairs

    def identity(self) -> JsonObject:
        """Everything that decides what a translation is (the cache's key)."""
        self._load()
        options = {"reverse": self.options.reverse}
        return {"engine": self.name, "version": self.version, "options": options}

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """See `KeepsVerbatim`: sentences are looked up as they are."""
        return "always"

    def knows(self, text: str) -> bool:
        """Does the file hold this text as it is, so that it needs no splitting?"""
        return _plain(text) in self._load()

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Look sentences up; one that is not in the file comes back with an error."""
        pairs = self._load()
        done = []
        for n, sentence in enumerate(sentences):
            found = pairs.get(_plain(sentence))
            row = constraints[n] if constraints is not None else None
            if found is None:
                done.append(Translation("", error=f"{sentence!r} is not in {self.model}"))
            else:
                met = None
                if row is not None:
                    met = [any(wanted in found for wanted in c.wanted) for c in row]
                done.append(Translation(found, constraints_met=met))
        return done

    def close(self) -> None:
        """Forget the file."""
        self._pairs = None


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())
