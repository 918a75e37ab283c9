"""Word links by the encoder multilingual-e5-small (Wang et al. 2024), which a pip package brings.

Two words are linked where they are more alike in their sentences than either is to the others, as
in SimAlign (Jalili Sabet et al. 2020): the cosines of all words with all words, each sentence's
mean taken away first, go through a softmax both ways. A link's probability is midway between the
geometric and the arithmetic mean of the two, as `hmm` has it, so that a word that the other side
says with two keeps both ("am", "Uhr früh"). Of words that are equally alike, as in lists, the one
at the same relative place is likelier. Some hundred languages, no training, no torch. A pair's
links depend on that pair alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from projector.alignment.base import TokenPair
from projector.alignment.hmm.long_sentences import Piece, aligned_in_pieces
from projector.alignment.neural.extraction import two_way, unit_rows
from projector.engines import installed, missing_package_message, read_options
from projector.errors import EngineError, UsageError
from projector.models.blas import one_blas_thread
from projector.models.e5.encoder import LAYER, Encoder, InContext, open_encoder
from projector.models.e5.file import PACKAGE, Floats, installed_version
from projector.records import Link

# What each word's distance from the same relative place takes off, in units of the softmax; farther
# ones count as that far, since in long texts the places drift apart.
AWAY, FARTHEST = 1 / 8, 24
LEAST = 0.02  # links below this probability are not written


class E5Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `E5Aligner`.

    Attributes:
        layer: the encoder's, 0 to 12.
        temperature: of the softmax over cosines.
        min_probability: links below it are left out.
        threads: 0: one for each processor, at most eight.
    """

    layer: Annotated[int, Meta(ge=0)] = LAYER
    temperature: Annotated[float, Meta(gt=0)] = 0.05
    min_probability: Annotated[float, Meta(gt=0, lt=1)] = LEAST
    threads: Annotated[int, Meta(ge=0)] = 0


class E5Aligner:
    """See the module's docstring.

    Args:
        model: "", there is only one.
        options: those of `E5Options`.

    Raises:
        UsageError: an unknown option, or another model.
        EngineError: the package is not installed.
    """

    name = "e5"
    model = ""
    sees_corpus = False
    Options = E5Options

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(E5Options, options, self.name)
        if model:
            raise UsageError(f"the engine 'e5' takes no --model: found {model!r}")
        if not installed(PACKAGE):
            raise EngineError(missing_package_message(self.name, PACKAGE))
        self.version = f"{PACKAGE} {installed_version()}"
        self._encoder: Encoder | None = None

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Nothing to learn here."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair; a word that the encoder cannot read has none.

        Raises:
            EngineError: the encoder's file is damaged.
        """
        return aligned_in_pieces(pairs, self._links_of)

    def _links_of(self, parts: Sequence[Piece]) -> list[list[Link]]:
        """The links of each part."""
        if not parts:
            return []
        if self._encoder is None:
            self._encoder = open_encoder(self.options.layer, self.options.threads)
        sides = [words for part in parts for words in (part.pair.source, part.pair.target)]
        found = self._encoder.embed(sides)
        with one_blas_thread():
            return [self._links(*found[at : at + 2]) for at in range(0, len(found), 2)]

    def _links(self, source: InContext, target: InContext) -> list[Link]:
        """Links of one pair from its words' vectors."""
        rows, columns = np.flatnonzero(source.present), np.flatnonzero(target.present)
        if not len(rows) or not len(columns):
            return []
        alike = centred(source.vectors[rows]) @ centred(target.vectors[columns]).T
        away = displacement(len(source.present), len(target.present))[np.ix_(rows, columns)]
        forth, back = two_way(alike / self.options.temperature - AWAY * away)
        chance = np.sqrt(forth * back) / 2 + (forth + back) / 4
        near = np.argwhere(chance >= self.options.min_probability)
        return [(int(rows[i]), int(columns[j]), round(float(chance[i, j]), 4)) for i, j in near]

    def close(self) -> None:
        self._encoder = None


def displacement(source: int, target: int) -> Floats:
    """How many words each word of the target is away from the place that each of the source has,
    (source, target); words of both sides' mean length, at most `FARTHEST`."""
    rows, columns = ((np.arange(n) + 0.5) / n for n in (source, target))
    away: Floats = np.abs(rows[:, None] - columns) * (source * target) ** 0.5
    return np.minimum(away, FARTHEST).astype(np.float32)


def centred(vectors: Floats) -> Floats:
    """A sentence's word vectors less their mean, at length 1."""
    rows: Floats = unit_rows(vectors - vectors.mean(0))
    return rows
