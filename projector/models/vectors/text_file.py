"""Word vectors from text files: fastText's ``.vec``, MUSE's aligned spaces (Conneau et al. 2018).

A first line with the number of words and of dimensions, then a word and its numbers a line. A
file may serve one language: ``wiki.multi.{lang}.vec`` stands for a file of each. Files may be
compressed (``.gz``, ``.zst``). Lines are read one by one and only the wanted words are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from projector.errors import DataError
from projector.io.streams import open_read
from projector.models.vectors.base import Floats, unit_rows
from projector.text.languages import base_language

LANG = "{lang}"
MOST_DIMENSIONS = 4096


class TextFileVectors:
    """See the module's docstring.

    Args:
        path: the file, or files with ``{lang}`` in their name.

    Raises:
        DataError: from `encode`, for a file that is not there, or a line that is no vector.
    """

    languages: frozenset[str] = frozenset()

    def __init__(self, path: str) -> None:
        self.name = path
        self.version = ""
        if LANG in path:
            before, after = Path(path).name.split(LANG, 1)
            files = Path(path).expanduser().parent.glob(f"{before}*{after}")
            self.languages = frozenset(
                base_language(file.name[len(before) : len(file.name) - len(after)])
                for file in files
            )

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`: a form as it stands, else in lower case, else zeros."""
        path = self.name.replace(LANG, base_language(lang))
        wanted = set(forms) | {form.lower() for form in forms}
        width, found = 0, {}
        for word, width, numbers in _lines(path):
            if word in wanted and word not in found:
                found[word] = _vector(numbers, width, word, path)
        out = np.zeros((len(forms), max(1, width)), np.float32)
        for n, form in enumerate(forms):
            row = found.get(form)
            if row is None:
                row = found.get(form.lower())
            if row is not None:
                out[n] = row
        return unit_rows(out)


def _lines(path: str) -> Iterator[tuple[str, int, bytes]]:
    """Word, dimensions and the rest of each line."""
    with open_read(path) as stream:
        first = stream.readline(1 << 16).split()
        if len(first) != 2 or not all(number.isdigit() for number in first):
            raise DataError(
                "found no line with the number of words and of dimensions, wanted a .vec file",
                path=path,
                line=1,
            )
        width = int(first[1])
        if not 0 < width <= MOST_DIMENSIONS:
            raise DataError(
                f"found {width} dimensions, wanted 1 to {MOST_DIMENSIONS}", path=path, line=1
            )
        for line in stream:
            word, _, numbers = line.partition(b" ")
            yield word.decode("utf-8", "replace"), width, numbers


def _vector(numbers: bytes, width: int, word: str, path: str) -> Floats:
    try:
        row = np.array(numbers.split(), np.float32)
    except ValueError as error:
        raise DataError(f"found {word!r} with {error}, wanted numbers", path=path) from error
    if len(row) != width or not np.isfinite(row).all():
        raise DataError(
            f"found {word!r} with {len(row)} numbers, wanted {width} finite ones", path=path
        )
    return row
