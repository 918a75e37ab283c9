"""The engine `firefox`: Firefox Translations students, with their own word links and scores.

Around the student (`projector.models.marian`) stand the things that it cannot do by itself: what
its vocabulary lacks is kept from it and put back (`shielding`), capitals are written as the source
has them (`casing`), sentences beyond its context are cut at clauses. Pairs without a model of
their own go through English, their links composed. Models: `projector.models.firefox.store`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from projector import __version__
from projector.engines import read_options
from projector.errors import EngineError, UsageError
from projector.json_values import JsonObject
from projector.models.fingerprint import folder_fingerprint
from projector.models.firefox import store
from projector.models.firefox.store import InstalledModel
from projector.models.marian.installed import Students
from projector.models.marian.search_model import StudentModel
from projector.models.marian.student import Student
from projector.records import Offsets
from projector.text.language_codes import glue_for
from projector.text.languages import base_language
from projector.text.tokens import tokenize
from projector.translation.base import Constraint, Keeps, TextLink, Translation
from projector.translation.constraints import check_one_for_each, holds
from projector.translation.firefox import casing
from projector.translation.neural.long_sentences import parts_that_fit
from projector.translation.pivot import compose
from projector.translation.shielding import Shielded, restore, shield

PIVOT = "en"
MAX_PIECES = 128  # students read longer sentences than they were trained on badly: these are cut
FAINT = 0.05  # links between words below this are left out


class FirefoxOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        beam: hypotheses that are followed at a time; 1 is greedy search, as in Firefox.
        shortlist: use the lexical shortlist that the model brings (faster).
        pivot: go through English where there is no model for the pair.
        way_back: where the model of the other direction is here too, let it say how likely it
            finds the source given the translation (`translation.quality_estimate`).
    """

    beam: int = 1
    shortlist: bool = True
    pivot: bool = True
    way_back: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.beam <= 64:
            raise ValueError(f"beam: found {self.beam}, wanted 1 to 64")


class FirefoxTranslator:
    """Translator over Firefox Translations students.

    Args:
        model: a folder with a student's files; "" for the installed model of the pair.

    Raises:
        UsageError: an unknown option; from `check`, a folder whose model is for other languages.
        EngineError: no model for the pair; the message says what to type.
    """

    name = "firefox"
    gives_links = True

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.options = read_options(FirefoxOptions, options, self.name)
        self.version = __version__
        self._students = Students()
        self._routes: dict[tuple[str, str], list[InstalledModel]] = {}
        self._models: dict[tuple[str, str], StudentModel] = {}
        self._backward: dict[tuple[str, str], StudentModel | None] = {}

    def check(self, source: str, target: str) -> None:
        """Fail now if there is no model for the pair, or through English."""
        self._route(source, target)

    def keeps_verbatim(self, source: str, target: str) -> Keeps:
        """See `KeepsVerbatim`: the student is shielded here, with what its vocabulary lacks."""
        return "always"

    def model_for(self, source: str, target: str) -> StudentModel:
        """See `projector.models.translation_model.HasModels`; no way through English.

        Raises:
            UsageError: the model of the folder is for other languages.
            EngineError: no model for the pair; the message says what to type.
        """
        pair = (source, target)
        if pair not in self._models:
            route = self._route(source, target)
            if len(route) > 1:
                raise EngineError(
                    f"firefox: no model for {source}-{target} itself is here, and a search or a "
                    f"score cannot go through English; type: {store.how_to_get(source, target)}"
                )
            self._models[pair] = StudentModel(self._students.get(route[0]))
        return self._models[pair]

    def score(
        self, sentences: Sequence[str], translations: Sequence[str], source: str, target: str
    ) -> list[float]:
        """Mean log-probability of a piece of given translations, the end counted."""
        pairs = list(zip(sentences, translations, strict=True))
        return self.model_for(source, target).mean_scores(pairs)

    def provenance(self, source: str, target: str) -> tuple[str, str]:
        """Model and version that serve these two languages."""
        route = self._route(source, target)
        names = [f"{m.source}-{m.target}" for m in route]
        versions = [m.version for m in route if m.version]
        return "+".join(names), "+".join([__version__, *versions])

    def identity(self) -> JsonObject:
        """What the results depend on, for the cache."""
        known = (
            [InstalledModel("", "", self.model, self.model)] if self.model else store.installed()
        )
        return {
            "engine": self.name,
            "version": __version__,
            "models": {f"{m.source}-{m.target}": folder_fingerprint(m.folder) for m in known},
            "options": structs.asdict(self.options),
        }

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        """Translate sentences; each with word links and its mean log-probability."""
        check_one_for_each(constraints, sentences)
        route = self._route(source, target)
        done = [Translation(text, []) for text in sentences]
        for leg in route:
            texts = [one.text for one in done]
            wanted = constraints if leg is route[-1] else None
            following = self._leg(leg, texts, leg.source or source, leg.target or target, wanted)
            done = following if leg is route[0] else compose(done, following, FAINT)
        if self.options.way_back:
            done = self._with_way_back(sentences, done, source, target)
        if constraints is None:
            return done
        return [
            structs.replace(one, constraints_met=[holds(one.text, c.wanted, target) for c in row])
            for one, row in zip(done, constraints, strict=True)
        ]

    def close(self) -> None:
        """Free the models."""
        self._students.clear()
        self._models.clear()
        self._backward.clear()

    def _with_way_back(
        self, sentences: Sequence[str], made: list[Translation], source: str, target: str
    ) -> list[Translation]:
        """The translations with ``back``, where the other direction's model is here."""
        pair = (target, source)
        if pair not in self._backward:
            found = store.find(target, source)
            self._backward[pair] = (
                None if found is None else StudentModel(self._students.get(found))
            )
        model = self._backward[pair]
        if model is None:
            return made
        places = [n for n, one in enumerate(made) if one.text.strip() and one.error is None]
        scores = model.mean_scores([(made[n].text, sentences[n]) for n in places], shortlist=True)
        for n, score in zip(places, scores, strict=True):
            made[n] = structs.replace(made[n], back=round(score, 6))
        return made

    def _route(self, source: str, target: str) -> list[InstalledModel]:
        """The models that lead from one language to the other, looked up once."""
        pair = (source, target)
        if pair not in self._routes:
            self._routes[pair] = self._found_route(source, target)
        return self._routes[pair]

    def _found_route(self, source: str, target: str) -> list[InstalledModel]:
        if self.model:
            named = store.pair_of(self.model)
            if named is not None and named != (base_language(source), base_language(target)):
                raise UsageError(
                    f"firefox: found a model for {'-'.join(named)} in {self.model}, "
                    f"wanted one for {source}-{target}"
                )
            return [InstalledModel("", "", self.model, self.model)]
        direct = store.find(source, target)
        if direct is not None:
            return [direct]
        if PIVOT not in (base_language(source), base_language(target)) and self.options.pivot:
            legs = [store.find(source, PIVOT), store.find(PIVOT, target)]
            if legs[0] is not None and legs[1] is not None:
                return [leg for leg in legs if leg is not None]
            missing = [
                store.how_to_get(*pair)
                for leg, pair in zip(legs, ((source, PIVOT), (PIVOT, target)), strict=True)
                if leg is None
            ]
        else:
            missing = [store.how_to_get(source, target)]
        raise EngineError(
            f"firefox: no model for {source}-{target} is here; type: {' && '.join(missing)}"
        )

    def _leg(
        self,
        leg: InstalledModel,
        texts: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None,
    ) -> list[Translation]:
        """Translations by one model."""
        student = self._students.get(leg)
        parts: list[tuple[int, Offsets]] = []
        results: list[Translation | None] = [None] * len(texts)
        for n, text in enumerate(texts):
            if not text.strip():
                results[n] = Translation("", [])
                continue
            stretches = parts_that_fit(
                text, lambda part: len(student.source.encode(part).ids) <= MAX_PIECES
            )
            if stretches is None:
                results[n] = Translation(
                    "", error="found a character that the model has too many pieces for"
                )
                continue
            parts += [(n, stretch) for stretch in stretches]
        run = _Run(student, self.options, source, target)
        wanted = [
            [c.wanted for c in constraints[n] if a <= c.start < b or (a == 0 and c.start < 0)]
            if constraints is not None
            else []
            for n, (a, b) in parts
        ]
        made = run.translate([texts[n][a:b] for n, (a, b) in parts], wanted)
        by_text: dict[int, list[tuple[Offsets, Translation]]] = {}
        for (n, stretch), one in zip(parts, made, strict=True):
            by_text.setdefault(n, []).append((stretch, one))
        for n, pieces in by_text.items():
            results[n] = _joined(pieces, glue_for(target))
        return [one for one in results if one is not None]


class _Run:
    """One batch through one student."""

    def __init__(self, student: Student, options: FirefoxOptions, source: str, target: str) -> None:
        self._student, self._options = student, options
        self._source, self._target = source, target

    def translate(
        self, texts: Sequence[str], wanted: Sequence[Sequence[Sequence[str]]]
    ) -> list[Translation]:
        """Translations of texts that are not too long.

        ``wanted`` has the constraints of each text: for each its alternative wordings.
        Where a stand-in got lost, the text is translated again without any.
        """
        shouted = [
            casing.is_shouted(text) and not own for text, own in zip(texts, wanted, strict=True)
        ]
        written = [
            casing.title_case(text) if loud else text
            for text, loud in zip(texts, shouted, strict=True)
        ]
        done: list[Translation | None] = [None] * len(texts)
        for stand_ins in (True, False):
            open_ = [n for n, one in enumerate(done) if one is None]
            shielded = [shield(written[n], self._lacking, stand_ins=stand_ins) for n in open_]
            through = self._through(shielded, [wanted[n] for n in open_])
            for n, one in zip(open_, through, strict=True):
                done[n] = one
        out = []
        for text, loud, made in zip(texts, shouted, done, strict=True):
            if made is None:  # cannot be: without stand-ins nothing gets lost
                raise EngineError("firefox: a stand-in was lost although none was given")
            written_as = casing.capitals if loud else lambda t, text=text: casing.begin_as(text, t)
            out.append(structs.replace(made, text=written_as(made.text)))
        return out

    def _lacking(self, text: str) -> list[Offsets]:
        pieces = self._student.source.encode(text)
        unknown = self._student.source.unknown
        return [
            span for piece, span in zip(pieces.ids, pieces.spans, strict=True) if piece == unknown
        ]

    def _through(
        self, shielded: Sequence[Shielded], wanted: Sequence[Sequence[Sequence[str]]]
    ) -> list[Translation | None]:
        made = self._student.translate(
            [one.source.text for one in shielded],
            beam=self._options.beam,
            shortlist=self._options.shortlist,
            constraints=wanted if any(wanted) else None,
        )
        out: list[Translation | None] = []
        for given, some in zip(shielded, made, strict=True):
            one = some[0]
            if not one.finished:
                out.append(
                    Translation(
                        "",
                        error=f"the translation had not ended after {len(one.log_probs)} pieces "
                        "(repetition?)",
                    )
                )
                continue
            links: list[TextLink] = []
            if one.aligned is not None:
                left = tokenize(given.source.text, self._source)
                right = tokenize(one.text, self._target)
                chances = one.aligned.by_words(left, right)
                links = [
                    (left[i], right[j], float(chances[i, j]))
                    for i in range(len(left))
                    for j in range(len(right))
                    if chances[i, j] >= FAINT
                ]
            final = restore(given, one.text, links)
            if final is None:
                out.append(None)
                continue
            moved = [
                (given.source.before(s), final.target.after(t), round(min(1.0, p), 4))
                for s, t, p in links
            ]
            score = round(one.score, 6)
            out.append(Translation(final.target.text, sorted(moved + final.links), score))
        return out


def _joined(pieces: Sequence[tuple[Offsets, Translation]], glue: str) -> Translation:
    """The translation of a sentence from those of its parts."""
    failed = next((one.error for _, one in pieces if one.error), None)
    if failed is not None:
        return Translation("", error=failed)
    if len(pieces) == 1 and pieces[0][0][0] == 0:
        return pieces[0][1]
    text, links, total, weight = "", [], 0.0, 0
    for (start, end), one in pieces:
        text += glue if text else ""
        links += [
            ((a + start, b + start), (c + len(text), d + len(text)), p)
            for (a, b), (c, d), p in one.links or ()
        ]
        text += one.text
        total += (one.score or 0.0) * (end - start)
        weight += end - start
    return Translation(text, links, round(total / weight, 6))
