"""The project's own statistical aligner, ``hmm``: learnt from the run's pairs and any bitext.

Flow: words -> sub-tokens (`subtokens`) -> for each view (`hmm_views`) units -> evidence
(`priors`) -> training (`hmm_train`) -> soft links of any pair (`hmm_apply`), averaged over the
views and mapped back to the given words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np

from projector.alignment.base import TokenPair
from projector.alignment.hmm.bitext import bitext_path, read_bitext
from projector.alignment.hmm.cognates import unknown_evidence
from projector.alignment.hmm.inference import Matrices, link_matrices
from projector.alignment.hmm.lexicon import Known, Lexicon, load_lexicon
from projector.alignment.hmm.long_sentences import pieces
from projector.alignment.hmm.priors import evidence_for, lexicon_paces, null_counts, total_counts
from projector.alignment.hmm.similarity import Levels, levels_of, reduced, sides_of, unit_vectors
from projector.alignment.hmm.state import State, parameters_in, parameters_out, splitter_of
from projector.alignment.hmm.subtokens import Split, Splitter
from projector.alignment.hmm.table import Corpus, Floats, Ints, Table, joined, repacked
from projector.alignment.hmm.threads import in_order
from projector.alignment.hmm.training import Parameters, Settings, train
from projector.alignment.hmm.views import VIEWS, Units, View, classes, view
from projector.engines import read_options
from projector.errors import EngineError, UsageError, near_miss
from projector.models.vectors.load import AUTO, open_vectors, resolve_vectors
from projector.records import Link

LONGEST = 150  # sub-tokens; longer sentences are aligned but not learnt from
LEAST = 0.02  # links below this probability are not written
BATCH = 1_000  # pairs read at a time
CHUNK = 64  # pairs aligned at a time by one thread
SMALL = 6_000  # pairs up to which all views are worth their time
MOST_ENCODED = 16_000  # words of a side that get a vector, the more frequent ones
LARGE = 40_000  # pairs from which whole forms do better than stems

T = TypeVar("T")


class HmmOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `HmmAligner`.

    ``views`` names the models to average (see `hmm_views`); none: chosen by the corpus's size.
    ``iterations``: of either model, model 1 and hidden Markov; 0: chosen by the corpus's size.
    ``vectors``: word vectors as evidence (`projector.models.vectors.load`).
    ``seed`` is taken for uniformity: nothing here is random.
    """

    bitext: list[str] = msgspec.field(default_factory=list)
    lexicon: list[str] = msgspec.field(default_factory=list)
    views: list[str] = msgspec.field(default_factory=list)
    vectors: str = AUTO
    least: Annotated[float, msgspec.Meta(gt=0, lt=1)] = LEAST
    iterations: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    seed: int = 0


class Trained(msgspec.Struct):
    """One view's model: what a unit is on either side, and the probabilities."""

    source: Units
    target: Units
    parameters: Parameters


class HmmAligner:
    """See the module's docstring.

    Args:
        model: a lexicon to start from, the same as one more ``lexicon``.
        options: those of `HmmOptions`.

    Raises:
        UsageError: an unknown option or view, or vectors that are not there.
        EngineError: vectors whose package is not installed.
        DataError: a lexicon that cannot be read.
    """

    name = "hmm"
    version = "1"
    sees_corpus = True
    Options = HmmOptions

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(HmmOptions, options, self.name)
        self.model = model
        for name in self.options.views:
            if name not in VIEWS:
                raise UsageError(f"the engine 'hmm' has no view {name!r}" + near_miss(name, VIEWS))
        paths = [*([model] if model else []), *self.options.lexicon]
        self.vectors = resolve_vectors(self.options.vectors)
        self._lexicons: list[Lexicon] = [load_lexicon(path) for path in paths]
        self._threads = self.options.threads or min(8, os.cpu_count() or 1)
        self._source, self._target = Splitter(), Splitter()
        self._models: dict[str, Trained] = {}
        self._languages = "", ""
        self.pairs = 0

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Train on the pairs and on the bitext; forgets what was learnt before."""
        written = bool(self.vectors)
        self._source, self._target = Splitter(written), Splitter(written)
        self._models = {}
        self._languages = source, target
        corpus = joined(self._read(pairs, source, target), LONGEST)
        self.pairs = len(corpus)
        forms = self._form_vectors() if self.vectors else None
        for name in self.options.views or self._choose():
            kind = view(name, source, target)
            left, right = Units(kind.source), Units(kind.target)
            units_s = left.learn(self._source.forms)
            units_t = right.learn(self._target.forms)
            mapped = repacked(corpus, units_s[corpus.source], units_t[corpus.target])
            self._models[name] = Trained(left, right, self._train(kind, mapped, left, right, forms))

    def _form_vectors(self) -> tuple[Floats, Floats]:
        """A vector for each sub-token of either side, zeros for those beyond `MOST_ENCODED`."""
        vectors = open_vectors(self.vectors)
        sides = []
        for splitter, lang in zip((self._source, self._target), self._languages, strict=True):
            surfaces, counts = splitter.surfaces()
            chosen = np.argsort(-np.array(counts), kind="stable")[:MOST_ENCODED]
            encoded = vectors.encode([surfaces[n] for n in chosen], lang)
            side = np.zeros((len(surfaces), encoded.shape[1]), np.float32)
            side[chosen] = encoded
            sides.append(side)
        return reduced(sides[0], sides[1])

    def _choose(self) -> Sequence[str]:
        """All views for a small corpus, one for a larger: the more it has, the less words need to
        share, and the less another view adds for its time."""
        if self.pairs <= SMALL:
            return VIEWS
        return ("stem",) if self.pairs <= LARGE else ("form",)

    def _iterations(self) -> tuple[int, int]:
        """Of model 1 and of the hidden Markov model; much data needs fewer."""
        given = self.options.iterations
        return (given, given) if given else (5, 4) if self.pairs <= LARGE else (3, 3)

    def _read(self, pairs: Iterable[TokenPair], source: str, target: str) -> Iterator[Corpus]:
        left, right = self._source, self._target
        for batch in _batches(pairs):
            yield _corpus(
                left.learn([pair.source for pair in batch]),
                right.learn([pair.target for pair in batch]),
            )
        for path in self.options.bitext:
            for texts in _batches(read_bitext(bitext_path(path, source, target))):
                yield _corpus(left.texts(a for a, _ in texts), right.texts(b for _, b in texts))

    def _train(
        self,
        kind: View,
        corpus: Corpus,
        left: Units,
        right: Units,
        forms: tuple[Floats, Floats] | None,
    ) -> Parameters:
        levels: list[tuple[Ints, Ints]] = []
        names = left.names, right.names
        for shorten_s, shorten_t in kind.backoff:
            class_s, names_s = classes(names[0], shorten_s)
            class_t, names_t = classes(names[1], shorten_t)
            levels.append((class_s, class_t))
            names = names_s, names_t
        return train(
            corpus,
            (len(left.names), len(right.names)),
            levels,
            evidence_for(self._lexicons, kind, left.names, right.names, self._threads),
            Settings(
                *self._iterations(),
                kappa=kind.kappa,
                threads=self._threads,
            ),
            similarity=self._similarity(left, right, forms) if forms else None,
            **self._earlier(kind.name, left.names, right.names),
        )

    def _similarity(
        self, left: Units, right: Units, forms: tuple[Floats, Floats]
    ) -> Callable[[Table], Levels]:
        """What tells each entry of a table over these units its level of similarity."""
        sides = sides_of(
            unit_vectors(forms[0], left.of_word, len(left.names)),
            unit_vectors(forms[1], right.of_word, len(right.names)),
        )
        return lambda table: levels_of(table, sides, self._threads)

    def _earlier(self, view: str, source: list[str], target: list[str]) -> dict[str, Any]:
        """What the lexicons say beside the evidence for pairs of units."""
        given = self._lexicons, view, source, target
        if not self._lexicons:
            return {}
        return {
            "totals": total_counts(*given),
            "nulls": null_counts(*given),
            "paces": lexicon_paces(*given),
        }

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair.

        Raises:
            EngineError: `fit` was not called.
        """
        if not self._models:
            raise EngineError("the aligner 'hmm' has learnt nothing yet: call fit first")
        answers: list[list[Link]] = [[] for _ in pairs]
        parts = [piece for n, pair in enumerate(pairs) for piece in pieces(n, pair)]
        chunks = [parts[at : at + CHUNK] for at in range(0, len(parts), CHUNK)]
        found = in_order((self._job([p.pair for p in chunk]) for chunk in chunks), self._threads)
        for chunk, matrices in zip(chunks, found, strict=True):
            for part, links in zip(chunk, matrices.links(self.options.least), strict=True):
                answers[part.number].extend(part.placed(links) if part.cut else links)
        return [sorted(links) for links in answers]

    def _job(self, pairs: Sequence[TokenPair]) -> Callable[[], Matrices]:
        """What aligns a few pairs: their words are looked up here, the rest is compiled code that
        may run on another thread."""
        unknown: list[str] = []
        left = self._source.known([pair.source for pair in pairs], unknown)
        right = self._target.known([pair.target for pair in pairs], unknown)
        corpus = _corpus(left, right)
        owners = left.owner, right.owner
        least = np.empty(0, np.float32)
        if unknown:
            forms = self._source.forms, self._target.forms
            least = unknown_evidence(corpus, *forms, unknown)
        matrices = Matrices.of([(len(pair.source), len(pair.target)) for pair in pairs])
        views = [
            (
                model.parameters,
                repacked(
                    corpus,
                    model.source.of(corpus.source, unknown),
                    model.target.of(corpus.target, unknown),
                ),
            )
            for model in self._models.values()
        ]

        def job() -> Matrices:
            total = matrices.soft
            for parameters, units in views:
                total += link_matrices(parameters, units, owners, matrices, least)
            total /= len(views)
            return matrices

        return job

    def knowledge(self) -> dict[str, Known]:
        """What was learnt, as a lexicon stores it (`hmm_lexicon`)."""
        return {
            name: model.parameters.known(model.source.names, model.target.names)
            for name, model in self._models.items()
        }

    def state(self) -> bytes:
        """What `fit` learnt, for workers elsewhere and for a run that is taken up again."""
        models = {name: parameters_out(model.parameters) for name, model in self._models.items()}
        forms = self._source.forms, self._target.forms
        return msgspec.msgpack.encode(State(*self._languages, self.pairs, forms, models))

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        state = msgspec.msgpack.decode(data, type=State)
        self._languages = state.source, state.target
        self.pairs = state.pairs
        self._source, self._target = map(splitter_of, state.forms)
        self._models = {}
        for name, found in state.models.items():
            kind = view(name, state.source, state.target)
            left, right = Units(kind.source), Units(kind.target)
            left.learn(self._source.forms)
            right.learn(self._target.forms)
            self._models[name] = Trained(left, right, parameters_in(found))

    def close(self) -> None:
        self._models = {}


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _corpus(source: Split, target: Split) -> Corpus:
    return Corpus.of(source.numbers, source.at, target.numbers, target.at)
