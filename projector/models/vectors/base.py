"""What word vectors are: forms of a language in, unit vectors of a space shared by languages out.

Used by the aligner ``hmm`` as evidence, and by the filter for pairs that are no translations.
Forms come in their usual capitals; which providers there are, `projector.models.vectors.load`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class WordVectors(Protocol):
    """Vectors of words (or of whole texts) in a space that several languages share.

    Attributes:
        name: what ``--vectors`` calls them, or their path.
        version: of the package or of the files, for provenance.
        languages: ISO codes that they were trained for; empty if they do not tell.
    """

    name: str
    version: str
    languages: frozenset[str]

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """One row a form, of length 1, or of zeros for a form without a vector.

        Args:
            forms: words or texts.
            lang: their language, for providers that keep a file a language.
        """


def unit_rows(rows: NDArray[np.floating]) -> Floats:
    """The rows at length 1; rows of zeros stay."""
    vectors = np.asarray(rows, np.float32)
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    scaled: Floats = vectors / np.maximum(norms, np.float32(1e-12))[:, None]
    return scaled


class CachedVectors:
    """Vectors of a provider, each form encoded once in a run.

    Args:
        provider: the vectors.
    """

    def __init__(self, provider: WordVectors) -> None:
        self.name = provider.name
        self.version = provider.version
        self.languages = provider.languages
        self._provider = provider
        self._place: dict[tuple[str, str], int] = {}  # row of each form
        self._rows: Floats = np.zeros((0, 0), np.float32)

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`."""
        new = [f for f in dict.fromkeys(forms) if (lang, f) not in self._place]
        if new:
            rows = self._provider.encode(new, lang)
            before = len(self._rows)
            self._rows = np.concatenate([self._rows, rows]) if before else rows
            self._place.update(((lang, form), before + n) for n, form in enumerate(new))
        if not forms:
            return np.zeros((0, 1), np.float32)
        found: Floats = self._rows[[self._place[lang, form] for form in forms]]
        return found
