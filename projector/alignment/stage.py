"""The ``align`` stage: pairs in, pairs with word links out.

Flow: tokens on both sides -> sentence pairs (`units`) -> the engine -> links of the whole pair.
Engines that learn from the corpus (``hmm``) see every record first; pairs of several languages in
one input are learnt and aligned apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

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
from projector.alignment.sentences import Unit, links_of, units_of, with_both_tokens
from projector.engines import engine_class, option_names
from projector.errors import DataError, UsageError
from projector.records import Link, Pair, Record, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected

Languages = tuple[str, str]


class AlignOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the stage; ``options`` go to the engine.

    ``engine`` may join several with ``+``; ``options`` then holds an engine's own under its name,
    and ``weights``, one number for each.
    """

    engine: str = "auto"
    model: str = ""
    bitext: list[str] = msgspec.field(default_factory=list)
    lexicon: list[str] = msgspec.field(default_factory=list)
    vectors: str = ""
    links: str = ""
    options: dict[str, Any] = msgspec.field(default_factory=dict)


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
        self._first = first = self._make()
        self.sees_corpus = first.sees_corpus
        self._keeps_links = isinstance(first, KeepsLinks) and first.keeps_links
        self._imported = first if isinstance(first, AlignsRecords) else None

    def step(self) -> Step:
        """Provenance; the files that the links were learnt from are part of it."""
        given = {
            "bitext": self.options.bitext,
            "lexicon": self.options.lexicon,
            "vectors": self._first.vectors if isinstance(self._first, UsesVectors) else "",
            **self.options.options,
        }
        engine = self._first
        return Step(
            stage=self.name,
            engine=engine.name,
            model=engine.model,
            version=engine.version,
            options=redacted_options({key: value for key, value in given.items() if value}),
        )

    def fit(self, records: Iterable[Record]) -> None:
        """Let the engine learn from all pairs of the run, each language pair for itself."""
        if self._imported is not None:
            self._imported.fit_records(_pair(r) for r in records)
            return
        groups: dict[Languages, list[TokenPair]] = {}
        wanted: set[Languages] = set()
        same: dict[str, str] = {}  # one object for each word: a corpus repeats them
        for record in records:
            if not isinstance(record, Pair):
                continue  # refused when its turn comes
            languages = _languages(record)
            if not self._kept(record):
                wanted.add(languages)
            found = groups.setdefault(languages, [])
            for unit in units_of(with_both_tokens(record)):
                for words in unit.words.source, unit.words.target:
                    words[:] = [same.setdefault(word, word) for word in words]
                found.append(unit.words)
        for languages in list(groups):
            pairs = groups.pop(languages)
            if languages in wanted:
                self._engine(languages).fit(iter(pairs), *languages)

    def state(self) -> bytes | None:
        """What the engines learnt, for workers elsewhere; None if one of them cannot tell."""
        if self._imported is not None:
            return self._imported.state()
        learnt = []
        for languages, engine in self._engines.items():
            data = engine.state() if isinstance(engine, KeepsState) else None
            if data is None:
                return None
            learnt.append((languages, data))
        return msgspec.msgpack.encode(learnt)

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        if self._imported is not None:
            self._imported.load_state(data)
            return
        for languages, learnt in msgspec.msgpack.decode(data, type=list[tuple[Languages, bytes]]):
            engine = self._engine(languages)
            assert isinstance(engine, KeepsState)  # one of the same kind gave it
            engine.load_state(learnt)

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """Links for each pair; a pair without words on a side gets none."""
        pairs = [with_both_tokens(_pair(r)) for r in records]
        outcomes: list[Outcome] = list(pairs)
        waiting: dict[Languages, list[tuple[int, list[Unit]]]] = {}
        step = self.step()
        for n, pair in enumerate(pairs):
            if self._kept(pair):
                outcomes[n] = pair
            elif self._imported is not None:
                try:
                    outcomes[n] = _linked(pair, self._imported.links_of(pair), step)
                except DataError as error:
                    outcomes[n] = Rejected(pair.id, error.reason, str(error))
            else:
                waiting.setdefault(_languages(pair), []).append((n, units_of(pair)))
        for languages, group in waiting.items():
            units = [unit for _, found in group for unit in found]
            answers = iter(self._engine(languages).align([u.words for u in units], *languages))
            for n, found in group:
                links = links_of(found, [next(answers) for _ in found])
                outcomes[n] = _linked(pairs[n], links, step)
        return outcomes

    def cost(self) -> dict[str, float]:
        """What the engines have spent (tokens, money, ...), if they report that."""
        return total_cost([self._first, *self._engines.values()])

    def close(self) -> None:
        """Close every engine."""
        for engine in {id(e): e for e in [self._first, *self._engines.values()]}.values():
            engine.close()

    def _kept(self, pair: Pair) -> bool:
        return self._keeps_links and pair.alignment is not None

    def _engine(self, languages: Languages) -> Aligner:
        """The engine of a language pair: one for all, unless it learns."""
        if not self.sees_corpus:
            return self._first
        if languages not in self._engines:
            self._engines[languages] = self._make() if self._engines else self._first
        return self._engines[languages]

    def _make(self) -> Aligner:
        given = self.options
        names = [name.strip() for name in given.engine.split("+")]
        if len(names) == 1:
            return self._make_one(names[0], given.model, given.options)
        options = dict(given.options)
        weights = options.pop("weights", None)
        own = {name: options.pop(name, {}) for name in names}
        for name, value in [*options.items(), *((n, o) for n, o in own.items())]:
            if name in options or not isinstance(value, Mapping):
                raise UsageError(
                    f"options of the engine {given.engine!r}: found {name!r}, wanted 'weights' or "
                    f"options under an engine's name ({', '.join(names)})"
                )
        members = [self._make_one(name, given.model, own[name]) for name in names]
        for member in members:
            if isinstance(member, AlignsRecords):
                raise UsageError(f"the engine {member.name!r} cannot be joined to others with '+'")
        return EnsembleAligner(members, weights)

    def _make_one(self, name: str, model: str, options: Mapping[str, Any]) -> Aligner:
        given = self.options
        kind = engine_class("aligners", name)
        extra: dict[str, Any] = {}
        learns = "bitext" in option_names(kind)
        joined = "+" in given.engine
        for option, value in (
            ("bitext", given.bitext),
            ("lexicon", given.lexicon),
            ("vectors", given.vectors),
        ):
            if value and learns:
                extra[option] = value
            elif value and not joined:
                raise UsageError(f"the engine {name!r} takes no --{option}; 'hmm' does")
        if given.links:
            if "links" not in option_names(kind):
                raise UsageError(f"the engine {name!r} takes no --links; --engine import does")
            extra["links"] = given.links
        made: Aligner = kind("" if joined and learns else model, **extra, **options)
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
