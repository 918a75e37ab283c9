"""The project's own statistical aligner, ``hmm``: learnt from the run's pairs and any bitext.

Flow: words -> sub-tokens (`subtokens`) -> numbers -> training (`hmm_train`) -> soft links of any
pair (`hmm_apply`), mapped back to the given words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import numpy as np

from projector.alignment.base import TokenPair
from projector.alignment.bitext import bitext_path, read_bitext
from projector.alignment.hmm_apply import posteriors, word_matrices
from projector.alignment.hmm_table import Ints, corpus_of
from projector.alignment.hmm_train import Parameters, Settings, train
from projector.alignment.similarity import spelling_evidence
from projector.alignment.subtokens import Splitter, stemmer, subtokens
from projector.engines import read_options
from projector.errors import EngineError
from projector.records import Link

LONGEST = 200  # sub-tokens; longer sentences are aligned but not learnt from
BEGINNING = 5  # letters that stems of one class share
LEAST = 0.02  # links below this probability are not written


class HmmOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `HmmAligner`."""

    bitext: list[str] = msgspec.field(default_factory=list)
    lexicon: list[str] = msgspec.field(default_factory=list)
    stems: bool = True
    least: Annotated[float, msgspec.Meta(gt=0, lt=1)] = LEAST
    threads: Annotated[int, msgspec.Meta(ge=1)] = 2


class HmmAligner:
    """See the module's docstring.

    Args:
        model: a lexicon to start from, the same as one more ``lexicon``.
        options: those of `HmmOptions`.
    """

    name = "hmm"
    version = "1"
    sees_corpus = True
    learns = True

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(HmmOptions, options, self.name)
        self.model = model
        self._source = Splitter()
        self._target = Splitter()
        self._parameters: Parameters | None = None

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Train on the pairs and on the bitext; forgets what was learnt before."""
        self._source, self._target = self._splitters(source, target)
        left: list[list[int]] = []
        right: list[list[int]] = []

        def add(a: list[int], b: list[int]) -> None:
            if a and b and max(len(a), len(b)) <= LONGEST:
                left.append(a)
                right.append(b)

        for pair in pairs:
            add(self._source.words(pair.source)[0], self._target.words(pair.target)[0])
        for path in self.options.bitext:
            for a, b in read_bitext(bitext_path(path, source, target)):
                add(self._source.text(a), self._target.text(b))
        corpus = corpus_of(left, right)
        classes = [(_beginnings(self._source.forms), _beginnings(self._target.forms))]
        self._parameters = train(
            corpus,
            (len(self._source.forms), len(self._target.forms)),
            classes,
            lambda table: spelling_evidence(table, self._source.forms, self._target.forms),
            Settings(threads=self.options.threads),
        )

    def _splitters(self, source: str, target: str) -> tuple[Splitter, Splitter]:
        if not self.options.stems:
            return Splitter(), Splitter()
        return Splitter(stemmer(source)), Splitter(stemmer(target))

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair.

        Raises:
            EngineError: `fit` was not called.
        """
        if self._parameters is None:
            raise EngineError("the aligner 'hmm' has learnt nothing yet: call fit first")
        left = [_split(self._source, pair.source) for pair in pairs]
        right = [_split(self._target, pair.target) for pair in pairs]
        corpus = corpus_of([x for x, _ in left], [x for x, _ in right])
        owners_s = np.array([n for _, owner in left for n in owner], np.int32)
        owners_t = np.array([n for _, owner in right for n in owner], np.int32)
        matrices = word_matrices(
            posteriors(self._parameters, corpus),
            corpus,
            owners_s,
            owners_t,
            [(len(p.source), len(p.target)) for p in pairs],
        )
        answers: list[list[Link]] = []
        for matrix in matrices:
            rows, columns = np.nonzero(matrix >= self.options.least)
            values = np.minimum(matrix[rows, columns], 1.0).astype(float).round(4)
            answers.append(list(zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)))
        return answers

    def close(self) -> None:
        self._parameters = None


def _beginnings(forms: Sequence[str]) -> Ints:
    """The class of each stem that backs it off: the stems with the same first letters."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(f[:BEGINNING], len(numbers)) for f in forms], np.int32)


def _split(known: Splitter, words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Numbers of a sentence's sub-tokens, and for each the word that it belongs to."""
    numbers: list[int] = []
    owner: list[int] = []
    for n, word in enumerate(words):
        parts = [known.lookup(part) for part in subtokens(word)]
        numbers.extend(parts)
        owner.extend([n] * len(parts))
    return numbers, owner
