"""What a search needs of a translation model, whichever library runs it.

`TranslationModel` is a model for one direction; `Hypotheses` are its decoder's rows in flight. The
beam search under lexical constraints (`constrained_beam`), the marker search
(`projection.constrained`) and the scores of candidates (`projection.scoring`) work over these two,
so they work with Hugging Face models and Firefox students alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

TextPair = tuple[str, str]
Floats = npt.NDArray[np.float32]


class Hypotheses(Protocol):
    """Partial translations that grow by one token at a time, one a row.

    After `TranslationModel.begin` there is one row for each sentence, with nothing written.
    """

    def step(self, tokens: Sequence[int]) -> None:
        """Write one token to each row."""

    def select(self, parents: Sequence[int]) -> None:
        """The new rows in terms of the old ones, each of which may be taken any number of times;
        a `step` must follow before the next scores."""

    def log_probabilities(self, rows: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """Natural logarithms of the probabilities that ``tokens[n]`` comes next in ``rows[n]``."""

    def distributions(self) -> Floats:
        """The same of all tokens next in all rows, (rows, vocabulary)."""

    def seen(self, row: int) -> Floats:
        """For each attention head that is followed what it looks at while it foretells a row's
        next token, (heads, source tokens); no heads where none is followed."""


class TranslationModel(Protocol):
    """A translation model for one direction.

    Attributes:
        window: the most tokens of a sentence on either side.
        end: the token that ends a translation.
    """

    window: int
    end: int

    def source_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokens of source texts as the encoder wants them, special ones included."""

    def target_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokens of texts of the target language, without special ones."""

    def spellings(self, ids: Sequence[int]) -> list[str]:
        """The letters that each token writes, without the space that it may stand for."""

    def begin(self, sources: Sequence[Sequence[int]]) -> Hypotheses:
        """Encode sentences (`source_ids`) and begin one translation of each."""

    def mean_scores(self, pairs: Sequence[TextPair]) -> list[float]:
        """Mean log-probability of a token (the end counted) of each pair's second text as the
        translation of its first."""


@runtime_checkable
class HasModels(Protocol):
    """A translator that gives the model behind it."""

    def model_for(self, source: str, target: str) -> TranslationModel:
        """The loaded model for a direction.

        Raises:
            UsageError: a language that it does not have.
        """


@runtime_checkable
class TranslatesIntoItself(Protocol):
    """A translator of many languages that may also be asked for the source's own."""

    def repeats(self, lang: str) -> bool:
        """Whether it was made for so many languages that copying is a fair question to it."""
