"""The stage `translate`: documents in, pairs out.

Long texts go through the engine sentence by sentence, equal sentences of a batch once. Questions
and the text fields that the user names are translated with the text (`field_paths`); code,
formulas, placeholders and tags come through untouched (`shielded`). Where the engine knows which
words it made of which, its links become the pair's `alignment`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import ClassVar, cast

import msgspec
from msgspec import Struct, field

from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import DataError, UsageError
from projector.json_values import JsonObject
from projector.records import Document, Link, Offsets, Pair, Question, Record, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected
from projector.text.languages import base_language
from projector.text.tokens import tokenize, with_tokens
from projector.translation.auto import AutoTranslator
from projector.translation.base import (
    KnowsTexts,
    ServesSeveralPairs,
    TextLink,
    Translator,
)
from projector.translation.constraints import Wanted, read_constraints
from projector.translation.field_paths import Place, Unmatched, read_path, replaced
from projector.translation.names import lost_name, names_in, names_of
from projector.translation.shielded import keeping
from projector.translation.texts import (
    Key,
    Text,
    Translated,
    prepare,
    put_together,
    translate_keys,
)


class TranslateOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the stage.

    Attributes:
        to: target language.
        source ("from"): source language; "" to take each record's own ``lang``.
        engine, model, options: which engine, which of its models, and its own options.
        fields: further texts to translate, by path (`field_paths`): ``instruction``,
            ``meta.title``, ``messages[].content``; a record may lack a field, the input may not.
            A record without a text of its own is then taken as it is.
        constraints: where a record keeps its lexical constraints, e.g. ``meta.constraints``; the
            same name inside a question's ``meta`` holds those of the question.
        keep: labels of spans that are names to go through untranslated, e.g. PER and ORG; a
            record in whose translation one is missing is rejected (``name_changed``).
        cache: folder of the translation cache; "" for none.
    """

    to: str
    source: str = field(default="", name="from")
    engine: str = "auto"
    model: str = ""
    fields: list[str] = []
    constraints: str = ""
    keep: list[str] = []
    options: JsonObject = {}
    cache: str = ""


class _Job(Struct):
    """A record on its way: its texts by name ("text", "question 0", "meta.title 1")."""

    doc: Document
    lang: str
    pair: Pair | None
    texts: dict[str, Text]
    done: dict[str, Translated]
    places: dict[str, Place]  # where the texts of fields stand


class TranslateStage:
    """Documents to pairs; see the module's docstring.

    Raises:
        UsageError: no target language, an engine or field that does not exist.
        EngineError: the engine is not installed.
    """

    name = "translate"
    Options = TranslateOptions
    needs: ClassVar[frozenset[str]] = frozenset({"document"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair", "links"})

    def __init__(self, options: TranslateOptions) -> None:
        if not options.to.strip():
            raise UsageError("translate: found no target language, wanted --to, e.g. --to es")
        self.options = options
        self._target = base_language(options.to)
        self._fields = [read_path(name) for name in options.fields if name != "text"]
        self.sees_corpus = bool(self._fields)
        self.rows = frozenset(path.first for path in self._fields)
        self._constraints = _path(options.constraints, "--constraints")
        engine = engine_class("translators", options.engine)
        self.translator: Translator = engine(options.model, **options.options)
        self._engine = self.translator
        if options.cache:
            self.translator = _cached(self.translator, options.cache)
        self._checked: set[str] = set()
        if options.source:
            self._check(options.source)

    def _check(self, source: str) -> None:
        if source not in self._checked:
            self.translator.check(source, self.options.to)
            self._checked.add(source)

    def step(self) -> Step:
        """Provenance of the translations."""
        return self._step(self.options.source)

    def _step(self, lang: str) -> Step:
        engine = self._engine
        if isinstance(engine, AutoTranslator) and lang:
            engine = engine.chosen(lang, self.options.to)
        model, version = engine.model, engine.version
        if isinstance(engine, ServesSeveralPairs) and lang:
            model, version = engine.provenance(lang, self.options.to)
        return Step(
            "translate", engine.name, model, version, redacted_options(self.options.options)
        )

    def fit(self, records: Iterable[Record]) -> None:
        """Look whether each of the fields is there at all.

        Raises:
            UsageError: one is in none of the records.
        """
        unmatched = Unmatched(self._fields)
        unmatched.look(r.source if isinstance(r, Pair) else r for r in records)
        unmatched.raise_if_any()

    def state(self) -> bytes:
        """Nothing was learnt: the fields are there, or `fit` has said so (see `KeepsState`)."""
        return b"seen"

    def load_state(self, data: bytes) -> None:
        """Nothing to take over."""

    def cost(self) -> dict[str, float]:
        """What the engine has spent (tokens, money, ...), if it reports that."""
        return total_cost([self._engine])

    def close(self) -> None:
        """Stop the engine."""
        self.translator.close()

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """A pair for each record, or the reason why there is none."""
        jobs: list[_Job | Rejected] = [self._open(record) for record in records]
        waiting: dict[str, list[Key]] = {}
        for job in jobs:
            if isinstance(job, _Job):
                keys = waiting.setdefault(job.lang, [])
                for text in job.texts.values():
                    keys += text.keys()
        tables = {}
        for lang, keys in waiting.items():
            self._check(lang)
            tables[lang] = translate_keys(
                keys,
                self.translator,
                lang,
                self.options.to,
                keeping(self._engine, lang, self.options.to),
            )
        steps = {lang: self._step(lang) for lang in waiting}
        outcomes: list[Outcome] = []
        for job in jobs:
            if isinstance(job, Rejected):
                outcomes.append(job)
                continue
            for name, text in job.texts.items():
                translations = list(map(tables[job.lang].__getitem__, text.keys()))
                job.done[name] = put_together(text, translations, self._target)
            outcomes.append(self._close(job, steps[job.lang]))
        return outcomes

    # -- before the engine ------------------------------------------------------------------

    def _open(self, record: Record) -> _Job | Rejected:
        pair = record if isinstance(record, Pair) else None
        doc = pair.source if pair is not None else record
        assert isinstance(doc, Document)
        if pair is not None and pair.target.text.strip():
            return Rejected(
                record.id, "already_translated", "the record is a pair with a target text"
            )
        try:
            fields = [(path.name, *found) for path in self._fields for found in path.texts(doc)]
        except DataError as error:
            return Rejected(record.id, error.reason, error.detail)
        if not doc.text.strip() and not any(text.strip() for _, _, text in fields):
            named = ", ".join(path.name for path in self._fields)
            wanted = f", wanted a text, there or in {named}" if named else ", wanted a text"
            return Rejected(record.id, "empty_text", f"text: found only white space{wanted}")
        lang = doc.lang or self.options.source
        if not lang:
            return Rejected(
                record.id, "no_language", "lang: found none, wanted a language here or --from"
            )
        if self.options.source and base_language(lang) != base_language(self.options.source):
            return Rejected(
                record.id,
                "wrong_language",
                f"lang: found {lang!r}, wanted {self.options.source!r} as --from says",
            )
        try:
            job = _Job(doc, self.options.source or lang, pair, {}, {}, {})
            self._add_texts(job, lang, fields)
            return job
        except DataError as error:
            return Rejected(record.id, error.reason, error.detail)

    def _add_texts(self, job: _Job, lang: str, fields: list[tuple[str, Place, str]]) -> None:
        doc = job.doc
        wanted: list[Wanted] = []
        if self._constraints:
            wanted = read_constraints(_look_up(doc, self._constraints), self.options.constraints)
        phrases = [w for w in wanted if w.phrase]
        knows = self._engine.knows if isinstance(self._engine, KnowsTexts) else None
        names = names_of(doc, self.options.keep)
        texts = job.texts
        texts["text"] = prepare(doc.text, lang, wanted, knows, names)
        for n, question in enumerate(doc.questions):
            if question.lang and base_language(question.lang) == self._target:
                continue  # it is in the target language already
            own = list(phrases)
            if self._constraints:
                name = self._constraints[-1]
                where = f"questions[{n}].meta.{name}"
                own = read_constraints(question.meta.get(name), where) + own
            texts[f"question {n}"] = prepare(
                question.text, lang, own, knows, names_in(question.text, names)
            )
        for name, place, text in fields:
            name = f"{name} {len(job.places)}"
            texts[name] = prepare(text, lang, phrases, knows, names_in(text, names))
            job.places[name] = place

    # -- after the engine -------------------------------------------------------------------

    def _close(self, job: _Job, step: Step) -> Outcome:
        doc = job.doc
        for name, done in job.done.items():
            if done.error is not None:
                return Rejected(doc.id, "engine_error", f"{name}: {done.error}")
            if lost := _without_translation(job.texts[name], done):
                detail = f"{name}: the engine gave no words for {lost!r}"
                return Rejected(doc.id, "empty_translation", detail)
            if changed := lost_name(job.texts[name].names, done.text):
                detail = f"{name}: the translation does not keep {changed!r}"
                return Rejected(doc.id, "name_changed", detail)
        main = job.done["text"]
        source = with_tokens(doc if doc.lang else msgspec.structs.replace(doc, lang=job.lang))
        tokens = tokenize(main.text, self.options.to)
        meta, labels = doc.meta, doc.labels
        if job.places:
            meta, labels = replaced(doc, {p: job.done[name].text for name, p in job.places.items()})
        target = Document(
            id=doc.id,
            text=main.text,
            lang=self.options.to,
            tokens=tokens,
            questions=[self._question(q, n, job) for n, q in enumerate(doc.questions)],
            labels=labels,
            meta=meta,
        )
        extra: JsonObject = {}
        if main.constraints_met:
            extra["constraints_met"] = main.constraints_met
        if main.scores:
            extra["translation_score"] = round(sum(main.scores) / len(main.scores), 6)
        if main.quality is not None:
            extra["translation_quality"] = main.quality
        before = job.pair
        assert source.tokens is not None
        return Pair(
            id=before.id if before else doc.id,
            source=source,
            target=target,
            alignment=(
                token_links(main.links, source.tokens, tokens) if main.links is not None else None
            ),
            segments=main.segments,
            steps=[*(before.steps if before else []), step],
            dropped=before.dropped if before else [],
            meta={**(before.meta if before else {}), **extra},
        )

    def _question(self, question: Question, n: int, job: _Job) -> Question:
        done = job.done.get(f"question {n}")
        meta = question.meta
        if done is not None and done.constraints_met:
            meta = {**meta, "constraints_met": done.constraints_met}
        return msgspec.structs.replace(
            question,
            text=done.text if done is not None else question.text,
            lang=self.options.to,
            answers=[],
            meta=meta,
        )


def _without_translation(text: Text, done: Translated) -> str:
    """The first sentence that became nothing, if there is one (its beginning is enough)."""
    for segment, (a, b) in zip(done.segments, text.sentences, strict=True):
        made = done.text[segment.target_start : segment.target_end]
        if text.text[a:b].strip() and not made.strip():
            return text.text[a:b][:60]
    return ""


def _cached(translator: Translator, folder: str) -> Translator:
    from projector.translation.cache import CachedTranslator

    # Its name, model and so on are those of the engine inside, as properties.
    return cast(Translator, CachedTranslator(translator, folder))


def _path(name: str, option: str) -> list[str]:
    """``meta.terms`` as its steps; only what hangs in ``meta`` and ``labels`` can be named."""
    if not name:
        return []
    path = name.split(".")
    if len(path) < 2 or path[0] not in ("meta", "labels") or not all(path):
        raise UsageError(
            f"{option}: found {name!r}, wanted a field of a record such as meta.title or labels.x"
        )
    return path


def _look_up(doc: Document, path: list[str]) -> object:
    value: object = {"meta": doc.meta, "labels": doc.labels}
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def token_links(
    links: Sequence[TextLink], source: Sequence[Offsets], target: Sequence[Offsets]
) -> list[Link]:
    """Links between tokens from links between stretches of characters.

    Tokens are linked if a link covers a part of both; the likeliest link counts. Sorted by
    source, then target token.
    """
    starts = [[a for a, _ in source], [a for a, _ in target]]
    ends = [[b for _, b in source], [b for _, b in target]]
    best: dict[tuple[int, int], float] = {}
    for (a, b), (c, d), p in links:
        for i in range(bisect_right(ends[0], a), bisect_left(starts[0], b)):
            for j in range(bisect_right(ends[1], c), bisect_left(starts[1], d)):
                best[i, j] = max(best.get((i, j), 0.0), p)
    return [(i, j, round(p, 4)) for (i, j), p in sorted(best.items())]
