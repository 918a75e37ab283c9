"""The ``project`` stage: aligned pairs in, pairs with annotations on the target side out.

Spans are projected by an engine (``match`` unless told otherwise); everything else follows them
(`following`) or the word links (`tagging`). What cannot be projected is dropped and listed in the
record with its reason; the record itself stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from projector.abilities import total_cost
from projector.json_values import JsonObject
from projector.projection.base import Projection, learner
from projector.projection.dependents import project_dependents
from projector.projection.ensemble import make_projector
from projector.projection.inverted_marks import with_whole_sentences
from projector.projection.pronouns.recovery import PronounOptions, recover_pronouns
from projector.projection.tags.tagger import Tagger
from projector.records import Document, Dropped, Pair, Record, Span, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected
from projector.text.tokens import pair_with_tokens

ENOUGH = 20_000  # records that `fit` sees all of; of those after them it sees a tenth


class ProjectOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the stage.

    ``method`` may join several engines with ``+`` (`ensemble`). ``tags``: what becomes of target
    tokens without links: they get no tag (``links``), or one by the word's other occurrences in
    the corpus (``corpus``). ``options`` go to the engine; of several engines, each one's own
    under its name.

    Mentions that are English pronouns (`pronouns.recovery`): ``clitics``, whether a pronoun inside
    a word ("traerlo") is that part of it, the whole word, or not looked for; ``dropped_subjects``,
    whether a subject that the target leaves out is dropped or stands on the finite verb.
    """

    method: str = "match"
    model: str = ""
    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    tags: Literal["links", "corpus"] = "corpus"
    clitics: Literal["part", "word", "off"] = "part"
    dropped_subjects: Literal["drop", "verb"] = "drop"
    options: JsonObject = msgspec.field(default_factory=dict)


class ProjectStage:
    """See the module's docstring.

    Annotations that the target had already are replaced, apart from its tokens and the texts of
    its questions; tags of layers that the source does not have are kept.

    Raises, from ``__init__``: UsageError for an unknown method or option.
    """

    name = "project"
    needs: ClassVar[frozenset[str]] = frozenset({"pair", "links"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair", "links", "target.spans"})
    enough: ClassVar[int] = ENOUGH
    Options = ProjectOptions

    def __init__(self, options: ProjectOptions) -> None:
        self.options = options
        self.projector = make_projector(options.method, options.model, options.options)
        self.pronouns = PronounOptions(options.clitics, options.dropped_subjects)
        self.tagger = Tagger()
        self._learner = learner(self.projector)
        self.sees_corpus = self._learner is not None or options.tags == "corpus"

    def step(self) -> Step:
        """Provenance."""
        chosen = redacted_options(self.options.options)
        if self.options.min_score:
            chosen["min_score"] = self.options.min_score
        for name in ("clitics", "dropped_subjects"):
            if getattr(self.options, name) != getattr(ProjectOptions(), name):
                chosen[name] = getattr(self.options, name)
        engine = self.projector
        return Step(self.name, engine.name, engine.model, engine.version, chosen)

    def fit(self, records: Iterable[Record]) -> None:
        """One look at the whole corpus: how common words are, which tags they take."""

        def ready() -> Iterator[Pair]:
            for record in records:
                if isinstance(record, Pair):  # documents are refused when their turn comes
                    pair = pair_with_tokens(record)
                    if self.options.tags == "corpus":
                        self.tagger.add(pair)
                    yield pair

        self.tagger = Tagger()
        if self._learner is not None:
            self._learner.fit(ready())
        else:
            for _ in ready():
                pass
        self.tagger.finish()

    def cost(self) -> dict[str, float]:
        """What the engine has spent (tokens, money, ...), if it reports that."""
        return total_cost([self.projector])

    def state(self) -> bytes:
        """What `fit` learnt, for workers elsewhere."""
        learnt = self._learner.state() if self._learner is not None else b""
        return msgspec.msgpack.encode((learnt, self.tagger.dump()))

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        learnt, tags = msgspec.msgpack.decode(data, type=tuple[bytes, bytes])
        if self._learner is not None:
            self._learner.load_state(learnt)
        self.tagger = Tagger.load(tags)

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """A pair with a projected target for each; documents and pairs without links are
        rejected, and so are pairs without a translation."""
        outcomes: list[Outcome] = list(records)
        pairs: list[Pair] = []
        places: list[int] = []
        for n, record in enumerate(records):
            refusal = self._refusal(record)
            if refusal is not None:
                outcomes[n] = refusal
            else:
                assert isinstance(record, Pair)
                pairs.append(pair_with_tokens(record))
                places.append(n)
        step = self.step()
        projections = self.projector.project(pairs) if pairs else []
        for n, pair, found in zip(places, pairs, projections, strict=True):
            outcomes[n] = self._projected(pair, recover_pronouns(pair, found, self.pronouns), step)
        return outcomes

    def close(self) -> None:
        """Free the engine."""
        self.projector.close()

    def _refusal(self, record: Record) -> Rejected | None:
        if not isinstance(record, Pair):
            return Rejected(
                record.id,
                "not_a_pair",
                f"found the document {record.id!r}, wanted a pair with word links (translate and "
                "align it)",
            )
        if not record.target.text.strip() and record.source.text.strip():
            return Rejected(
                record.id, "empty_translation", "found an empty target text, wanted a translation"
            )
        if record.alignment is None and self.projector.needs_links:
            return Rejected(
                record.id, "no_alignment", "found no word links, wanted an aligned pair (run align)"
            )
        return None

    def _projected(self, pair: Pair, found: Sequence[Projection], step: Step) -> Pair:
        source, target = pair.source, pair.target
        spans: list[Span] = []
        dropped = list(pair.dropped)
        for span, projection in zip(source.spans, found, strict=True):
            if projection.pieces is None:
                dropped.append(
                    Dropped(
                        projection.reason or "no_counterpart",
                        projection.detail,
                        span=span.id,
                        label=span.label or None,
                        score=projection.score or None,
                    )
                )
            elif projection.score < self.options.min_score:
                dropped.append(
                    Dropped(
                        "low_score",
                        f"scored {projection.score:.3f}, wanted {self.options.min_score:g} or more",
                        span=span.id,
                        label=span.label or None,
                        score=projection.score,
                    )
                )
            else:
                spans.append(_placed(span, projection, target))
        dependents = project_dependents(source, target, {span.id for span in spans})
        tags = dict(target.tags)
        tags.update(self.tagger.tags(pair))
        return replace(
            pair,
            target=replace(
                target,
                spans=spans,
                relations=dependents.relations,
                clusters=dependents.clusters,
                questions=dependents.questions,
                tags=tags,
                labels={**target.labels, **source.labels},
            ),
            steps=[*pair.steps, step],
            dropped=dropped + dependents.dropped,
        )


def _placed(span: Span, projection: Projection, target: Document) -> Span:
    """The target's span: the source's id, label and attributes, and its own place and score."""
    assert projection.pieces is not None
    pieces = with_whole_sentences(projection.pieces, target)
    whole = replace(
        span,
        start=pieces[0][0],
        end=pieces[-1][1],
        pieces=pieces if len(pieces) > 1 else None,
        score=round(min(1.0, max(0.0, projection.score)), 4),
        text=None,
    )
    return replace(whole, text=whole.surface(target.text))
