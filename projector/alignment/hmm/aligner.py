"""The project's own statistical aligner, ``hmm``: learnt from the run's pairs and any bitext.

Flow: words -> sub-tokens (`subtokens`) -> for each view (`views`) units -> evidence
(`priors`) -> training (`training`) -> soft links of any pair (`inference`), averaged over the
views and mapped back to the given words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, TypedDict, TypeVar

import msgspec

from projector.alignment.base import TokenPair
from projector.alignment.hmm.bitext import bitext_path, read_bitext
from projector.alignment.hmm.inference import Matrices, link_matrices
from projector.alignment.hmm.joined_words import joined_words
from projector.alignment.hmm.lexicon import JumpCounts, Lexicon, LexiconView, load_lexicon
from projector.alignment.hmm.long_sentences import (
    LongPairs,
    Piece,
    add_links,
    aligned_in_pieces,
    pieces,
    pieces_between_cuts,
    rough_pieces,
)
from projector.alignment.hmm.month_names import month_names
from projector.alignment.hmm.pairs_of_forms import FormPairs, together
from projector.alignment.hmm.priors import evidence_for, lexicon_jumps, null_counts, total_counts
from projector.alignment.hmm.shapes import Kinds, shape_classes
from projector.alignment.hmm.similarity import Similarity, unit_vectors
from projector.alignment.hmm.state import State, parameters_in, parameters_out
from projector.alignment.hmm.table import Corpus, Floats, Ints, joined, repacked
from projector.alignment.hmm.threads import in_order
from projector.alignment.hmm.training import Parameters, Settings, train
from projector.alignment.hmm.transliterations import spaced_and_unspaced, transliterations
from projector.alignment.hmm.views import (
    VIEWS,
    Units,
    View,
    classes,
    view,
    whole_word_views,
)
from projector.alignment.hmm.vocabulary import Vocabulary
from projector.engines import read_options
from projector.errors import EngineError, UsageError, suggestion
from projector.models.vectors.load import AUTO, open_vectors, resolve_vectors
from projector.records import Link

LONGEST = 150  # sub-tokens; longer sentences are aligned but not learnt from
LONGEST_PIECE = 400  # of pieces that are cut by proportions
LEAST = 0.02  # links below this probability are not written
BATCH = 1_000  # pairs read at a time
CHUNK = 64  # pairs aligned at a time by one thread
SMALL = 6_000  # pairs up to which all views are worth their time
# Words of a side that get a vector, the more frequent ones: in a larger corpus counts know more,
# and encoding all of it would take longer than learning from it.
ENCODED_SMALL, ENCODED_LARGE = 16_000, 6_000
LARGE = 40_000  # pairs from which whole forms do better than stems

T = TypeVar("T")


class HmmOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `HmmAligner`.

    ``views`` names the models to average (see `views`); none: chosen by the corpus's size.
    ``iterations``: of either model, model 1 and hidden Markov; 0: chosen by the corpus's size.
    ``vectors``: word vectors as evidence (`projector.models.vectors.load`).
    ``seed`` is taken for uniformity: nothing here is random.
    """

    bitext: list[str] = msgspec.field(default_factory=list)
    lexicon: list[str] = msgspec.field(default_factory=list)
    views: list[str] = msgspec.field(default_factory=list)
    vectors: str = AUTO
    min_probability: Annotated[float, msgspec.Meta(gt=0, lt=1)] = LEAST
    iterations: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    seed: int = 0


class Trained(msgspec.Struct):
    """One view's model: what a unit is on either side, and the probabilities."""

    source: Units
    target: Units
    parameters: Parameters
    whole_words: bool


class Earlier(TypedDict, total=False):
    """What lexicons say to `train`; empty where there is none."""

    totals: tuple[Floats, Floats]
    nulls: tuple[Floats, Floats]
    jumps: tuple[JumpCounts, JumpCounts] | None


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
                raise UsageError(f"the engine 'hmm' has no view {name!r}" + suggestion(name, VIEWS))
        paths = [*([model] if model else []), *self.options.lexicon]
        self.vectors = resolve_vectors(self.options.vectors)
        self._lexicons: list[Lexicon] = [load_lexicon(path) for path in paths]
        self._threads = self.options.threads or min(8, os.cpu_count() or 1)
        self._vocabularies: dict[bool, Vocabulary] = {}
        self._models: dict[str, Trained] = {}
        self._languages = "", ""
        self._whole: frozenset[str] = frozenset()  # views that take words whole
        self.pairs = 0

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Train on the pairs and on the bitext; forgets what was learnt before."""
        self._models = {}
        self._languages = languages = source, target
        self.vectors = resolve_vectors(self.options.vectors, languages)
        few = not self.options.bitext
        self._whole = whole_word_views(*languages, by_vectors=bool(self.vectors) and few)
        needed = {name in self._whole for name in self.options.views or VIEWS}
        counts_case = bool(self.vectors) or spaced_and_unspaced(languages)
        self._vocabularies = {
            whole: Vocabulary.empty(languages, whole, counts_case) for whole in sorted(needed)
        }
        long = LongPairs()
        read = self._read(long.set_aside(pairs), languages)
        short = {whole: joined(corpora, LONGEST) for whole, corpora in read.items()}
        del read
        vectors: dict[bool, tuple[Floats, Floats]] = {}
        if not long.matter:
            self._learn(short, long.kept, LONGEST, vectors)
            return
        # Learnt from in pieces: first cut by the proportions of the two sides, then where these
        # links say. The words are the same both times, and so are their vectors.
        rough = [piece for pair in long.kept for piece in rough_pieces(pair)]
        self._learn(short, rough, LONGEST_PIECE, vectors)
        answers: list[list[Link]] = [[] for _ in long.kept]
        parts = [part for n, pair in enumerate(long.kept) for part in pieces(n, pair)]
        add_links(answers, parts, self._links_of(parts))
        cut = [
            part.pair
            for n, pair in enumerate(long.kept)
            for part in pieces_between_cuts(n, pair, answers[n]) or pieces(n, pair)
        ]
        self._learn(short, cut, LONGEST, vectors)

    def _learn(
        self,
        short: dict[bool, Corpus],
        pairs: Sequence[TokenPair],
        longest: int,
        vectors: dict[bool, tuple[Floats, Floats]],
    ) -> None:
        """Train a model for each view, on the short pairs and on ``pairs`` of at most ``longest``
        sub-tokens a side; ``vectors`` of the words are those given, or are put there."""
        self._models = {}
        corpora = {}
        for whole, corpus in short.items():
            others = [self._vocabularies[whole].learn(pairs)] if pairs else []
            corpora[whole] = joined([corpus, *others], longest)
        languages = self._languages
        self.pairs = max(corpus.pairs for corpus in corpora.values())
        names: dict[bool, FormPairs] = {}
        for name in self.options.views or self._choose():
            kind, whole = view(name, *languages), name in self._whole
            vocabulary, corpus = self._vocabularies[whole], corpora[whole]
            if self.vectors and whole not in vectors:
                provider = open_vectors(self.vectors)
                most = ENCODED_SMALL if self.pairs <= SMALL else ENCODED_LARGE
                vectors[whole] = vocabulary.form_vectors(provider, languages, most)
            if whole not in names:
                names[whole] = self._names(corpus, vocabulary)
            left, right = Units(kind.source), Units(kind.target)
            units_s = left.learn(vocabulary.source.forms)
            units_t = right.learn(vocabulary.target.forms)
            mapped = repacked(corpus, units_s[corpus.source], units_t[corpus.target])
            by_name = names[whole].of_units(units_s, units_t)
            trained = self._train(kind, mapped, left, right, vectors.get(whole), by_name)
            self._models[name] = Trained(left, right, trained, whole)

    def _names(self, corpus: Corpus, vocabulary: Vocabulary) -> FormPairs:
        """Evidence for words that are several on one side and one on the other."""
        found = joined_words(corpus, *vocabulary.forms)
        if not spaced_and_unspaced(self._languages):
            return found
        spelled = transliterations(corpus, vocabulary, self._languages)
        return together([found, spelled, month_names(vocabulary, self._languages)])

    def _choose(self) -> Sequence[str]:
        """All views for a small corpus, one for a larger: the more it has, the less words need to
        share, and the less another view adds for its time."""
        if self.pairs <= SMALL:
            return VIEWS
        return ("stem",) if self.pairs <= LARGE else ("form",)

    def _iterations(self) -> tuple[int, int]:
        """Of model 1 and of the hidden Markov model; much data needs fewer."""
        given = self.options.iterations
        if given:
            return given, given
        return (3, 6) if self.pairs <= SMALL else (5, 4) if self.pairs <= LARGE else (3, 3)

    def _read(
        self, pairs: Iterable[TokenPair], languages: tuple[str, str]
    ) -> dict[bool, list[Corpus]]:
        """All sentence pairs in the numbers of each vocabulary."""
        read: dict[bool, list[Corpus]] = {whole: [] for whole in self._vocabularies}
        for batch in _batches(pairs):
            for whole, vocabulary in self._vocabularies.items():
                read[whole].append(vocabulary.learn(batch))
        for path in self.options.bitext:
            for texts in _batches(read_bitext(bitext_path(path, *languages))):
                for whole, vocabulary in self._vocabularies.items():
                    read[whole].append(vocabulary.learn_texts(texts))
        return read

    def _train(
        self,
        kind: View,
        corpus: Corpus,
        left: Units,
        right: Units,
        forms: tuple[Floats, Floats] | None,
        by_name: FormPairs,
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
            evidence_for(self._lexicons, kind, left.names, right.names, self._threads, by_name),
            Settings(
                *self._iterations(),
                kappa=kind.kappa,
                threads=self._threads,
                adapt=self.pairs <= SMALL,
            ),
            similarity=self._similarity(left, right, forms) if forms else None,
            shapes=self._shapes(kind, left, right),
            **self._earlier(kind.name, left.names, right.names),
        )

    def _shapes(self, kind: View, left: Units, right: Units) -> tuple[Kinds, Kinds]:
        """The class of each unit's shape."""
        source, target = self._vocabularies[kind.name in self._whole].forms
        return (
            shape_classes(source, left.of_word, len(left.names)),
            shape_classes(target, right.of_word, len(right.names)),
        )

    def _similarity(self, left: Units, right: Units, forms: tuple[Floats, Floats]) -> Similarity:
        """Of these units, by their forms' vectors."""
        return Similarity.of(
            unit_vectors(forms[0], left.of_word, len(left.names)),
            unit_vectors(forms[1], right.of_word, len(right.names)),
            self._threads,
        )

    def _earlier(self, view: str, source: list[str], target: list[str]) -> Earlier:
        """What the lexicons say beside the evidence for pairs of units."""
        given = self._lexicons, view, source, target
        if not self._lexicons:
            return {}
        return {
            "totals": total_counts(*given),
            "nulls": null_counts(*given),
            "jumps": lexicon_jumps(*given),
        }

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair.

        Raises:
            EngineError: `fit` was not called.
        """
        if not self._models:
            raise EngineError("the aligner 'hmm' has learnt nothing yet: call fit first")
        return aligned_in_pieces(pairs, self._links_of)

    def _links_of(self, parts: Sequence[Piece]) -> Iterator[list[Link]]:
        """The links of each part."""
        chunks = [parts[at : at + CHUNK] for at in range(0, len(parts), CHUNK)]
        found = in_order((self._job([p.pair for p in chunk]) for chunk in chunks), self._threads)
        for matrices in found:
            yield from matrices.links(self.options.min_probability)

    def _job(self, pairs: Sequence[TokenPair]) -> Callable[[], Matrices]:
        """What aligns a few pairs: their words are looked up here, the rest is compiled code that
        may run on another thread."""
        matrices = Matrices.of([(len(pair.source), len(pair.target)) for pair in pairs])
        found = {whole: words.look_up(pairs) for whole, words in self._vocabularies.items()}
        views = []
        for model in self._models.values():
            looked_up = found[model.whole_words]
            corpus, unknown = looked_up.corpus, looked_up.unknown
            units = repacked(
                corpus,
                model.source.of(corpus.source, unknown),
                model.target.of(corpus.target, unknown),
            )
            views.append((model.parameters, units, looked_up))

        def job() -> Matrices:
            total = matrices.soft
            for parameters, units, known in views:
                total += link_matrices(parameters, units, known.owners, matrices, known.least)
            total /= len(views)
            return matrices

        return job

    def lexicon_views(self) -> dict[str, LexiconView]:
        """What was learnt, as a lexicon stores it (`lexicon`)."""
        return {
            name: model.parameters.known(model.source.names, model.target.names)
            for name, model in self._models.items()
        }

    def state(self) -> bytes:
        """What `fit` learnt, for workers elsewhere and for a run that is taken up again."""
        models = {name: parameters_out(model.parameters) for name, model in self._models.items()}
        used = {model.whole_words for model in self._models.values()}
        forms = {whole: self._vocabularies[whole].forms for whole in sorted(used)}
        return msgspec.msgpack.encode(
            State(
                *self._languages, self.pairs, forms.get(False), models, forms.get(True), self._whole
            )
        )

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        state = msgspec.msgpack.decode(data, type=State)
        self._languages = languages = state.source, state.target
        self.vectors = resolve_vectors(self.options.vectors, languages)
        self.pairs = state.pairs
        self._whole = state.whole_views
        self._vocabularies = {
            whole: Vocabulary.of_forms(languages, whole, forms)
            for whole, forms in ((False, state.forms), (True, state.whole_words))
            if forms is not None
        }
        self._models = {}
        for name, found in state.models.items():
            kind, whole = view(name, *languages), name in self._whole
            left, right = Units(kind.source), Units(kind.target)
            left.learn(self._vocabularies[whole].source.forms)
            right.learn(self._vocabularies[whole].target.forms)
            self._models[name] = Trained(left, right, parameters_in(found), whole)

    def close(self) -> None:
        self._models = {}


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        yield batch
