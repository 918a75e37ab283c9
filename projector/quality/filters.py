"""The stage ``filter``: takes pairs out by what they look like, and says why.

Scores and decisions are apart: other stages give scores, links and texts, this one only reads
them. A pair that is taken out goes to OUT.rejected.jsonl with a reason that begins with
``filter_``; the counts of each reason stand in OUT.run.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta, Struct

from projector.quality.label_balance import LabelBalance
from projector.quality.language import probability
from projector.quality.near_duplicates import NearDuplicates
from projector.quality.similarity import TextSimilarity
from projector.records import Pair, Record, Step, translation_quality
from projector.stage import FILTERED, Outcome, Rejected
from projector.text.languages import base_language

Share = Annotated[float, Meta(ge=0, le=1)]
COPY = 0.8  # share of the source's words that stand in the target of a copy


class FilterOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to take out; everything is off unless asked for.

    Attributes:
        max_ratio: texts whose lengths (in characters) differ by more than this factor.
        language: texts that look more like the source's language than the target's.
        languages: further languages that the target is told apart from.
        copies: targets that repeat the source's words.
        duplicates: pairs whose source and target texts stand in an earlier record, too.
        near_duplicates: pairs that are as similar as this to an earlier one that stays (Jaccard
            similarity of character n-grams, estimated); equal texts too.
        complete: pairs that have lost a source span with one of these labels; ``all`` names all.
        max_per_label: pairs that only add to labels of which there are so many already.
        min_score: pairs with a projected span that scores lower.
        max_dropped: pairs that lost a larger share of their source spans.
        max_unaligned: pairs in which a larger share of the source words has no link.
        min_translation: pairs whose translation is estimated lower (``meta.translation_quality``),
            or has no estimate.
        min_similarity: pairs whose texts are less alike by word vectors (`similarity`).
        vectors: which ones (``--vectors``).
        keep_empty: pairs whose target has no span, but for this share of them (picked by id).
    """

    max_ratio: Annotated[float, Meta(ge=1)] | None = None
    language: bool = False
    languages: list[str] = []
    copies: bool = False
    duplicates: bool = False
    near_duplicates: Annotated[float, Meta(gt=0, le=1)] | None = None
    complete: list[str] = []
    max_per_label: Annotated[int, Meta(ge=1)] | None = None
    min_score: Share | None = None
    max_dropped: Share | None = None
    max_unaligned: Share | None = None
    min_translation: Share | None = None
    min_similarity: Share | None = None
    vectors: str = "auto"
    keep_empty: Share | None = None


class Learnt(Struct):
    """What the filters learn from the whole corpus.

    Attributes:
        first: digest of a pair's texts -> id of the first pair that has them.
        similar: digest -> id of the earlier pair that it nearly repeats, and how similar it is.
        surplus: ids of the pairs that only add to labels that have enough.
    """

    first: dict[str, str] = {}
    similar: dict[str, tuple[str, float]] = {}
    surplus: set[str] = set()


class FilterStage:
    """Pairs in; each one as it is, or rejected with its reason."""

    name = "filter"
    Options = FilterOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, options: FilterOptions) -> None:
        self.options = options
        self._learnt = Learnt()
        self.sees_corpus = (
            options.duplicates
            or options.near_duplicates is not None
            or options.max_per_label is not None
        )
        if options.near_duplicates is not None:
            NearDuplicates(options.near_duplicates)  # says now that its package is missing
        self._similarity = (
            TextSimilarity(options.vectors) if options.min_similarity is not None else None
        )

    def step(self) -> Step:
        chosen = msgspec.to_builtins(self.options)
        given = {k: v for k, v in chosen.items() if v is not None and v is not False and v != []}
        if self._similarity is None:
            del given["vectors"]
        else:
            given["vectors"] = self._similarity.name
        return Step("filter", "filter", options=given)

    def fit(self, records: Iterable[Record]) -> None:
        """One look at every pair, in the input's order: later ones are the duplicates."""
        self._learnt = learnt = Learnt()
        o = self.options
        near = NearDuplicates(o.near_duplicates) if o.near_duplicates is not None else None
        balance = LabelBalance(o.max_per_label) if o.max_per_label is not None else None
        for record in records:
            if not isinstance(record, Pair):
                continue
            digest = _digest(record)
            learnt.first.setdefault(digest, record.id)
            if near is not None and (found := near.first_like(record, digest)) is not None:
                learnt.similar[digest] = found
            elif balance is not None and learnt.first[digest] == record.id:
                balance.add(record)
        if balance is not None:
            learnt.surplus = balance.surplus()

    def state(self) -> bytes:
        """What `fit` learned, for worker processes."""
        return msgspec.json.encode(self._learnt, order="deterministic")

    def load_state(self, state: bytes) -> None:
        """Take over what another's `fit` learned."""
        self._learnt = msgspec.json.decode(state, type=Learnt)

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        pairs = [record for record in records if isinstance(record, Pair)]
        alike = iter(self._similarity.of(pairs) if self._similarity else [1.0] * len(pairs))
        for record in records:
            if not isinstance(record, Pair):
                outcomes.append(
                    Rejected(record.id, "not_a_pair", "found a document, wanted a pair")
                )
                continue
            found = self._problem(record, next(alike))
            if found is None:
                outcomes.append(record)
            else:
                outcomes.append(Rejected(record.id, FILTERED + found[0], found[1]))
        return outcomes

    def close(self) -> None:
        """Nothing to free."""

    def _problem(self, pair: Pair, similarity: float) -> tuple[str, str] | None:
        """The first reason against a pair, as code and sentence."""
        o = self.options
        source, target = pair.source.text.strip(), pair.target.text.strip()
        if o.max_ratio is not None:
            longer, shorter = max(len(source), len(target)), min(len(source), len(target))
            if longer > o.max_ratio * shorter:
                return "length_ratio", (
                    f"found lengths {len(source)} and {len(target)}, wanted a factor of at most "
                    f"{o.max_ratio:g}"
                )
        if o.copies and (shared := copied_share(source, target)) >= COPY:
            return "copy", f"found {shared:.0%} of the source's words in the target"
        if o.language and (found := self._language(pair)):
            return "language", found
        if o.min_similarity is not None and similarity < o.min_similarity:
            return "similarity", (
                f"the texts have a similarity of {similarity:.3f}, wanted at least "
                f"{o.min_similarity:g}"
            )
        if o.min_score is not None:
            low = [s for s in pair.target.spans if s.score is not None and s.score < o.min_score]
            if low:
                return "score", (
                    f"span {low[0].id!r} scores {low[0].score:.2f}, wanted at least {o.min_score:g}"
                )
        if o.max_dropped is not None and pair.source.spans:
            lost = sum(d.span is not None for d in pair.dropped) / len(pair.source.spans)
            if lost > o.max_dropped:
                return "dropped", f"{lost:.0%} of the spans were dropped"
        if o.max_unaligned is not None and (share := unaligned_share(pair)) > o.max_unaligned:
            return "unaligned", f"{share:.0%} of the source's words have no link"
        if o.min_translation is not None:
            quality = translation_quality(pair)
            if quality is None:
                return (
                    "translation",
                    "found no estimate of the translation (meta.translation_quality)",
                )
            if quality < o.min_translation:
                return "translation", (
                    f"the translation is estimated at {quality:.2f}, wanted at least "
                    f"{o.min_translation:g}"
                )
        if o.keep_empty is not None and not pair.target.spans and _drawn(pair.id) >= o.keep_empty:
            return "empty", "found no span on the target"
        if o.complete and (missing := lost_labels(pair, o.complete)):
            return "incomplete", f"spans of the source did not arrive: {', '.join(missing)}"
        return self._against_the_corpus(pair)

    def _against_the_corpus(self, pair: Pair) -> tuple[str, str] | None:
        """A reason that lies in the other pairs of the corpus."""
        if not self.sees_corpus:
            return None
        digest = _digest(pair)
        first = self._learnt.first.get(digest, pair.id)
        if first != pair.id and (self.options.duplicates or self.options.near_duplicates):
            return "duplicate", f"has the texts of {first!r}"
        if (found := self._learnt.similar.get(digest)) is not None:
            return "near_duplicate", f"is to {found[1]:.0%} as {found[0]!r}"
        if pair.id in self._learnt.surplus:
            return "surplus", (
                f"all its labels stand in {self.options.max_per_label} other places already"
            )
        return None

    def _language(self, pair: Pair) -> str:
        source, target = base_language(pair.source.lang), base_language(pair.target.lang)
        if not target:
            return ""
        others = tuple(x for x in (source, *self.options.languages) if x and x != target)
        p = probability(pair.target.text, target, others)
        if p is None or p >= 0.5:
            return ""
        return f"found a text that is {target} with a probability of {p:.2f} only"


def copied_share(source: str, target: str) -> float:
    """Share of the source's words (case-folded, with letters) that the target has, too.

    Texts of fewer than four such words are no copies: names stay as they are.
    """
    words = [w for w in source.casefold().split() if any(c.isalpha() for c in w)]
    if len(words) < 4:
        return 0.0
    there = set(target.casefold().split())
    return sum(w in there for w in words) / len(words)


def lost_labels(pair: Pair, labels: Sequence[str]) -> list[str]:
    """The labels, out of those asked for, of which a source span has no counterpart.

    Each once, in the order of the spans; ``all`` asks for every label.
    """
    there = {span.id for span in pair.target.spans}
    lost = [s.label or "span" for s in pair.source.spans if s.id not in there]
    return list(dict.fromkeys(x for x in lost if "all" in labels or x in labels))


def unaligned_share(pair: Pair) -> float:
    """Share of the source's tokens with a letter or digit that have no link; 1 without links."""
    tokens = [
        n
        for n, (a, b) in enumerate(pair.source.tokens or ())
        if any(c.isalnum() for c in pair.source.text[a:b])
    ]
    if not tokens:
        return 0.0 if pair.alignment is not None else 1.0
    linked = {i for i, _, _ in pair.alignment or ()}
    return sum(n not in linked for n in tokens) / len(tokens)


def _digest(pair: Pair) -> str:
    text = f"{pair.source.text}\0{pair.target.text}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _drawn(name: str) -> float:
    """A number in [0, 1) that depends on the record's id alone."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
