"""Filters: each takes out what it is for, says why, and nothing else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from projector.quality.filters import FilterOptions, FilterStage, copied_share, unaligned_share
from projector.records import Document, Dropped, Pair, Span
from projector.stage import Rejected


def pair(source: str, target: str, name: str = "a", **more: object) -> Pair:
    return Pair(name, Document(name, source, "en"), Document(name, target, "es"), **more)  # type: ignore[arg-type]


def reasons(options: FilterOptions, *pairs: Pair) -> list[str]:
    stage = FilterStage(options)
    if stage.sees_corpus:
        stage.fit(iter(pairs))
    return [o.reason if isinstance(o, Rejected) else "" for o in stage.process(pairs)]


GOOD = pair("The red house is old and small.", "La casa roja es vieja y pequeña.")


def test_everything_passes_unless_asked() -> None:
    assert reasons(FilterOptions(), GOOD, pair("x", "")) == ["", ""]


def test_length_ratio() -> None:
    assert reasons(FilterOptions(max_ratio=2), GOOD, pair("A long sentence here.", "Sí.")) == [
        "",
        "filter_length_ratio",
    ]


def test_copies_of_the_source() -> None:
    copy = pair("The red house is old.", "The red house is old.")
    names = pair("Anna Berg, Oslo", "Anna Berg, Oslo")
    assert reasons(FilterOptions(copies=True), GOOD, copy, names) == ["", "filter_copy", ""]


def test_the_second_of_equal_texts_is_the_duplicate() -> None:
    again = pair(GOOD.source.text, GOOD.target.text, "b")
    other = pair(GOOD.source.text, "La casa colorada es vieja.", "c")
    assert reasons(FilterOptions(duplicates=True), GOOD, again, other) == [
        "",
        "filter_duplicate",
        "",
    ]


def test_duplicates_survive_the_way_to_a_worker() -> None:
    options = FilterOptions(duplicates=True)
    fitted, worker = FilterStage(options), FilterStage(options)
    again = pair(GOOD.source.text, GOOD.target.text, "b")
    fitted.fit([GOOD, again])
    worker.load_state(fitted.state())
    (outcome,) = worker.process([again])
    assert isinstance(outcome, Rejected)
    assert "'a'" in outcome.detail


def test_scores_dropped_spans_and_links() -> None:
    source = Document("a", "ab cd", "en", tokens=[(0, 2), (3, 5)],
                      spans=[Span("s0", 0, 2, "X"), Span("s1", 3, 5, "X")])  # fmt: skip
    target = Document("a", "ef", "es", tokens=[(0, 2)], spans=[Span("s0", 0, 2, "X", score=0.6)])
    given = Pair("a", source, target, [(0, 0, 0.9)], dropped=[Dropped("no_links", span="s1")])
    assert reasons(FilterOptions(min_score=0.5, max_dropped=0.5, max_unaligned=0.5), given) == [""]
    assert reasons(FilterOptions(min_score=0.7), given) == ["filter_score"]
    assert reasons(FilterOptions(max_dropped=0.4), given) == ["filter_dropped"]
    assert reasons(FilterOptions(max_unaligned=0.4), given) == ["filter_unaligned"]


def test_shares() -> None:
    assert copied_share("one two three four", "uno two tres four") == 0.5
    assert unaligned_share(GOOD) == 1.0


def test_language_by_a_library() -> None:
    pytest.importorskip("py3langid")
    english = pair("The red house is old.", "The committee will meet again in the morning.")
    short = pair("Rome", "Roma")
    assert reasons(FilterOptions(language=True), GOOD, english, short) == [
        "",
        "filter_language",
        "",
    ]


def test_a_document_is_no_pair() -> None:
    (outcome,) = FilterStage(FilterOptions()).process([Document("d", "x")])
    assert isinstance(outcome, Rejected)
    assert not outcome.reason.startswith("filter_")


def test_translations_that_are_estimated_low_or_not_at_all() -> None:
    low = replace(GOOD, meta={"translation_quality": 0.31})
    high = replace(GOOD, meta={"translation_quality": 0.62})
    odd = [replace(GOOD, meta={"translation_quality": value}) for value in ("0.9", True, 7)]
    given = [low, high, GOOD, *odd]
    assert reasons(FilterOptions(min_translation=0.5), *given) == [
        "filter_translation", "", *["filter_translation"] * 4
    ]  # fmt: skip
    assert reasons(FilterOptions(), *given) == [""] * 6


def test_pairs_without_spans_are_thinned_by_their_ids() -> None:
    spans = [Span("s", 0, 2, "X")]
    full = Pair("f", Document("f", "x", "en"), Document("f", "La casa", "es", spans=spans))
    empty = [pair("x", "y", f"e{n}") for n in range(400)]
    assert reasons(FilterOptions(keep_empty=0), full, GOOD) == ["", "filter_empty"]
    kept = [not why for why in reasons(FilterOptions(keep_empty=0.25), *empty)]
    assert 60 < sum(kept) < 140
    again = reasons(FilterOptions(keep_empty=0.25), *reversed(empty))
    assert [not why for why in reversed(again)] == kept


def labelled(name: str, *labels: str, lost: tuple[str, ...] = ()) -> Pair:
    """A pair with a span of each label; those in ``lost`` did not arrive."""
    text = " ".join(f"word{n}" for n in range(len(labels) + 1)) + f" {name}"
    spans = [Span(f"s{n}", n * 6, n * 6 + 5, label) for n, label in enumerate(labels)]
    arrived = [s for s in spans if s.label not in lost]
    return Pair(
        name, Document(name, text, "en", spans=spans), Document(name, text, "es", spans=arrived)
    )


def test_complete_asks_for_the_labels_that_it_names_or_for_all() -> None:
    pairs = [
        labelled("a", "PER", "LOC"),
        labelled("b", "PER", "LOC", lost=("LOC",)),
        labelled("c", "PER", "LOC", lost=("PER", "LOC")),
        labelled("d"),
    ]
    all_of_them = ["", "filter_incomplete", "filter_incomplete", ""]
    assert reasons(FilterOptions(complete=["all"]), *pairs) == all_of_them
    assert reasons(FilterOptions(complete=["PER"]), *pairs) == ["", "", "filter_incomplete", ""]
    (refused,) = FilterStage(FilterOptions(complete=["all"])).process([pairs[2]])
    assert isinstance(refused, Rejected)
    assert refused.detail == "spans of the source did not arrive: PER, LOC"


def test_frequent_labels_are_capped_and_rare_ones_keep_every_pair() -> None:
    common = [labelled(f"c{n}", "PER") for n in range(40)]
    rare = [labelled(f"r{n}", "PER", "DATE") for n in range(3)]
    empty = [labelled("e")]
    found = reasons(FilterOptions(max_per_label=10), *common, *rare, *empty)
    kept = found[:40].count("")
    assert 7 <= kept <= 10  # what the rare ones hold counts as well
    assert found[40:] == [""] * 4
    assert set(found) == {"", "filter_surplus"}


def test_what_is_kept_does_not_depend_on_the_order_of_the_input() -> None:
    pairs = [labelled(f"c{n}", "PER") for n in range(30)]
    kept = dict(
        zip((p.id for p in pairs), reasons(FilterOptions(max_per_label=5), *pairs), strict=True)
    )
    turned = pairs[::-1]
    again = dict(
        zip((p.id for p in turned), reasons(FilterOptions(max_per_label=5), *turned), strict=True)
    )
    assert kept == again and list(kept.values()).count("") == 5


def test_what_was_learnt_survives_the_way_to_a_worker() -> None:
    pairs = [labelled(f"c{n}", "PER") for n in range(6)]
    fitted, worker = (FilterStage(FilterOptions(max_per_label=2)) for _ in range(2))
    fitted.fit(iter(pairs))
    worker.load_state(fitted.state())
    assert worker.process(pairs) == fitted.process(pairs)
    assert fitted.state() == worker.state()
