"""The ``align`` stage: pairs in, pairs with word links out.

Flow: tokens on both sides -> sentence pairs (`units`) -> the engine -> links of the whole pair.
Engines that learn from the corpus (``hmm``) see every record first; pairs of several languages in
one input are learnt and aligned apart. ``import`` takes a record's links from a file; joined to
another engine (``import+hmm``) it keeps them, and the other gives links to the words that the
file leaves without any (`filling`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, cast

import msgspec

from projector.abilities import KeepsState, total_cost
from projector.alignment.base import (
    Aligner,
    AlignsRecords,
    KeepsLinks,
    TokenPair,
    UsesVectors,
)
from projector.alignment.ensemble import EnsembleAligner
from projector.alignment.filling import fill_missing
from projector.alignment.sentences import Unit, links_of, units_of, with_both_tokens
from projector.engines import engine_class, option_names
from projector.errors import DataError, UsageError
from projector.json_values import JsonObject
from projector.records import Link, Pair, Record, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected

Languages = tuple[str, str]


class AlignOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the stage; ``options`` go to the engine.

    ``engine`` may join several with ``+``; ``options`` then holds an engine's own under its name,
    and ``weights``, one number for each (but for ``import``, whose links are kept as they are).
    """

    engine: str = "auto"
    model: str = ""
    bitext: list[str] = msgspec.field(default_factory=list)
    lexicon: list[str] = msgspec.field(default_factory=list)
    vectors: str = ""
    links: str = ""
    options: JsonObject = msgspec.field(default_factory=dict)


class AlignStage:
    """See the module's docstring.

    Raises, from ``__init__``: UsageError for an unknown engine or option.
    """

    name = "align"
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair", "links"})
    Options = AlignOptions

    def __init__(self, options: AlignOptions) -> None:
        self.options = options
        self._engines: dict[Languages, Aligner] = {}
        self._imported, self._first = self._make()
        self._members = [m for m in (self._imported, self._first) if m is not None]
        self.sees_corpus = any(member.sees_corpus for member in self._members)
        self._keeps_links = self._imported is None and (
            isinstance(self._first, KeepsLinks) and self._first.keeps_links
        )

    def step(self) -> Step:
        """Provenance; the files that the links were learnt from are part of it."""
        return self._step_of(self._first)

    def _step_of(self, engine: Aligner | None) -> Step:
        """The same for the languages of an engine, by which word vectors may be chosen."""
        given = {
            "bitext": self.options.bitext,
            "lexicon": self.options.lexicon,
            "vectors": engine.vectors if isinstance(engine, UsesVectors) else "",
            **self.options.options,
        }
        members = self._members
        return Step(
            stage=self.name,
            engine="+".join(m.name for m in members),
            model="+".join(m.model for m in members if m.model),
            version="+".join(m.version for m in members),
            options=redacted_options({key: value for key, value in given.items() if value}),
        )

    def fit(self, records: Iterable[Record]) -> None:
        """Let the engine learn from all pairs of the run, each language pair for itself."""
        corpora: dict[Languages, list[TokenPair]] = {}
        wanted: set[Languages] = set()
        seen = self._collected(records, corpora, wanted)
        if self._imported is not None:
            self._imported.fit_records(seen)
        else:
            deque(seen, maxlen=0)
        for languages in list(corpora):
            pairs = corpora.pop(languages)
            if languages in wanted:
                self._engine(languages).fit(iter(pairs), *languages)

    def _collected(
        self,
        records: Iterable[Record],
        corpora: dict[Languages, list[TokenPair]],
        wanted: set[Languages],
    ) -> Iterator[Pair]:
        """The records, whose sentence pairs are noted by language as they go by, if the engine
        learns; ``wanted`` are the languages of records that it will be asked for."""
        learns = self._first is not None and self._first.sees_corpus
        same: dict[str, str] = {}  # one object for each word: a corpus repeats them
        for record in records:
            if not isinstance(record, Pair) and self._imported is None:
                continue  # refused when its turn comes
            pair = _pair(record)
            if learns:
                languages = _languages(pair)
                if not self._kept(pair):
                    wanted.add(languages)
                found = corpora.setdefault(languages, [])
                for unit in units_of(with_both_tokens(pair)):
                    for words in unit.words.source, unit.words.target:
                        words[:] = [same.setdefault(word, word) for word in words]
                    found.append(unit.words)
            yield pair

    def state(self) -> bytes | None:
        """What the engines learnt, for workers elsewhere; None if one of them cannot tell."""
        learnt = []
        for languages, engine in self._engines.items():
            data = engine.state() if isinstance(engine, KeepsState) else None
            if data is None:
                return None
            learnt.append((languages, data))
        imported = self._imported.state() if self._imported is not None else b""
        return msgspec.msgpack.encode((imported, learnt))

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        kind = tuple[bytes, list[tuple[Languages, bytes]]]
        imported, engines = msgspec.msgpack.decode(data, type=kind)
        if self._imported is not None:
            self._imported.load_state(imported)
        for languages, learnt in engines:
            engine = self._engine(languages)
            assert isinstance(engine, KeepsState)  # one of the same kind gave it
            engine.load_state(learnt)

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """Links for each pair; a pair without words on a side gets none."""
        pairs = [with_both_tokens(_pair(r)) for r in records]
        outcomes: list[Outcome] = list(pairs)
        waiting: dict[Languages, list[tuple[int, list[Unit]]]] = {}
        given: dict[int, list[Link]] = {}
        for n, pair in enumerate(pairs):
            if self._kept(pair):
                outcomes[n] = pair
                continue
            if self._imported is not None:
                try:
                    given[n] = self._imported.links_of(pair)
                except DataError as error:
                    outcomes[n] = Rejected(pair.id, error.reason, str(error))
                    continue
            if self._first is None:
                outcomes[n] = _linked(pair, given[n], self.step())
            else:
                waiting.setdefault(_languages(pair), []).append((n, units_of(pair)))
        for languages, group in waiting.items():
            units = [unit for _, found in group for unit in found]
            engine = self._engine(languages)
            answers = iter(engine.align([u.words for u in units], *languages))
            step = self._step_of(engine)
            for n, found in group:
                links = links_of(found, [next(answers) for _ in found])
                if n in given:
                    links = fill_missing(given[n], links)
                outcomes[n] = _linked(pairs[n], links, step)
        return outcomes

    def cost(self) -> dict[str, float]:
        """What the engines have spent (tokens, money, ...), if they report that."""
        return total_cost([*self._members, *self._engines.values()])

    def close(self) -> None:
        """Close every engine."""
        for engine in {id(e): e for e in [*self._members, *self._engines.values()]}.values():
            engine.close()

    def _kept(self, pair: Pair) -> bool:
        return self._keeps_links and pair.alignment is not None

    def _engine(self, languages: Languages) -> Aligner:
        """The engine of a language pair: one for all, unless it learns."""
        first = self._first
        assert first is not None  # asked only for pairs that wait for it
        if not first.sees_corpus:
            return first
        if languages not in self._engines:
            another = self._make()[1] if self._engines else first
            assert another is not None
            self._engines[languages] = another
        return self._engines[languages]

    def _make(self) -> tuple[AlignsRecords | None, Aligner | None]:
        """The engine that brings links of whole records, and the one that aligns sentences."""
        given = self.options
        names = [name.strip() for name in given.engine.split("+")]
        options = dict(given.options)
        weights = options.pop("weights", None) if len(names) > 1 else None
        own = {name: options.pop(name, {}) for name in names} if len(names) > 1 else {}
        if len(names) == 1:
            own, options = {names[0]: options}, {}
        for name, value in [*options.items(), *own.items()]:
            if name in options or not isinstance(value, Mapping):
                raise UsageError(
                    f"options of the engine {given.engine!r}: found {name!r}, wanted 'weights' or "
                    f"options under an engine's name ({', '.join(names)})"
                )
        members = [
            self._make_one(name, cast(JsonObject, own[name]), joined=len(names) > 1)
            for name in names
        ]
        imported = [m for m in members if isinstance(m, AlignsRecords)]
        others = [m for m in members if not isinstance(m, AlignsRecords)]
        if len(imported) > 1:
            raise UsageError(f"the engine {imported[0].name!r} can stand only once in a join")
        if len(others) > 1 or weights is not None:
            return next(iter(imported), None), EnsembleAligner(
                others, cast(Sequence[float] | None, weights)
            )
        return next(iter(imported), None), next(iter(others), None)

    def _make_one(
        self, name: str, options: Mapping[str, object], *, joined: bool
    ) -> Aligner | AlignsRecords:
        given = self.options
        kind = engine_class("aligners", name)
        known = option_names(kind)
        extra: JsonObject = {}
        for option, value, wanted in (
            ("bitext", given.bitext, "'hmm' does"),
            ("lexicon", given.lexicon, "'hmm' does"),
            ("vectors", given.vectors, "'hmm' does"),
            ("links", given.links, "--engine import does"),
        ):
            if value and option in known:
                extra[option] = value
            elif value and not joined:
                raise UsageError(f"the engine {name!r} takes no --{option}; {wanted}")
        model = "" if joined and {"bitext", "links"} & set(known) else given.model
        made: Aligner | AlignsRecords = kind(model, **extra, **options)
        return made


def _pair(record: Record) -> Pair:
    if not isinstance(record, Pair):
        raise DataError(
            f"found the document {record.id!r}, wanted a pair (translate it, or make pairs with "
            f"xproject pair)",
            reason="not_a_pair",
        )
    return record


def _languages(pair: Pair) -> Languages:
    return pair.source.lang, pair.target.lang


def _linked(pair: Pair, links: list[Link], step: Step) -> Pair:
    return msgspec.structs.replace(pair, alignment=links, steps=[*pair.steps, step])
