"""Cases that other projectors get wrong (their own code was run on them), by number."""

from __future__ import annotations

from projector.pipeline.in_memory import apply
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Document, Pair
from projector.stage import Rejected
from tests.projection.pairs import pair, spans_of, surfaces, tokens_of


def project(given: Pair) -> Pair:
    (done,) = apply([ProjectStage(ProjectOptions())], [given])
    assert isinstance(done, Pair)
    return done


def places(done: Pair) -> list[tuple[str, int, int]]:
    """Projected spans as label, first and last token."""
    tokens = done.target.tokens or []
    starts, ends = [a for a, _ in tokens], [b for _, b in tokens]
    return [(s.label, starts.index(s.start), ends.index(s.end)) for s in done.target.spans]


def test_case_1_a_gap_of_one_word_inside_a_span_is_closed() -> None:
    given = pair(
        "West Coast Islands lie far off there", "aquí Costa Occidental las Islas están lejos",
        "0-1 1-2 2-4 3-5 4-6", [("LOC", 0, 3)],
    )  # fmt: skip
    assert places(project(given)) == [("LOC", 1, 4)]


def test_case_2_two_spans_of_one_label_that_swap_places() -> None:
    given = pair(
        "Rome beats Paris today", "hoy París pierde ante la Roma", "0-5 1-2 2-1 3-0",
        [("LOC", 0, 1), ("LOC", 2, 3)],
    )  # fmt: skip
    assert sorted(places(project(given))) == [("LOC", 1, 1), ("LOC", 5, 5)]


def test_case_3_two_spans_of_different_labels_that_swap_places() -> None:
    given = pair(
        "Rome greets Paul today", "hoy Pablo saluda a la Roma", "0-5 1-2 2-1 3-0",
        [("LOC", 0, 1), ("PER", 2, 3)],
    )  # fmt: skip
    assert sorted(places(project(given))) == [("LOC", 5, 5), ("PER", 1, 1)]


def test_case_10_brackets_in_the_text_do_not_matter() -> None:
    given = pair("EU [ 1 ] rejects", "UE [ 1 ] rechaza", "0-0 1-1 2-2 3-3 4-4", [("ORG", 0, 1)])
    assert surfaces(project(given)) == {"s0": "UE"}


def test_case_11_adjacent_spans_stay_two() -> None:
    given = pair("Rome Paris fight", "Roma París luchan", "0-0 1-1 2-2", [("A", 0, 1), ("A", 1, 2)])
    assert places(project(given)) == [("A", 0, 0), ("A", 1, 1)]


def test_case_13_a_one_word_span_at_the_start_does_not_take_the_sentence() -> None:
    given = pair("Yes , we saw", "Sí , lo vimos", "0-0 1-1 2-2 3-3", [("Claim", 0, 1)])
    assert places(project(given)) == [("Claim", 0, 0)]


def test_case_15_a_stretch_with_a_wrong_second_word_is_not_taken() -> None:
    given = pair(
        "we visited New York yesterday", "ayer estuvimos en la Nueva casa de York",
        "4-0 1-1 2-4 3-7", [("LOC", 2, 4)],
    )  # fmt: skip
    done = project(given)
    assert surfaces(done) != {"s0": "Nueva casa"}


def test_case_17_a_span_without_links_is_listed_with_its_reason() -> None:
    given = pair("Rome is old", "es antigua", "1-0 2-1", [("LOC", 0, 1)])
    done = project(given)
    assert done.target.spans == []
    assert [(d.span, d.reason) for d in done.dropped] == [("s0", "no_links")]


def test_case_18_an_empty_translation_is_rejected_under_its_id() -> None:
    text = "Rome is old"
    source = Document("d7", text, "en", tokens_of(text), spans=spans_of(text, [("LOC", 0, 1)]))
    given = Pair("d7", source, Document("d7", "", "es"), alignment=[])
    (found,) = ProjectStage(ProjectOptions()).process([given])
    assert isinstance(found, Rejected)
    assert (found.id, found.reason) == ("d7", "empty_translation")
