"""Scores on cases counted by hand, against seqeval and against the published definitions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import DataError
from projector.io.bio import spans_from_tags
from projector.quality.evaluation import Evaluation, evaluate
from projector.quality.pairing import paired
from projector.records import Document, Pair, Question, Relation, Span


def doc(
    name: str, words: list[str], tags: list[str], scores: list[float] | None = None
) -> Document:
    tokens, at = [], 0
    for word in words:
        tokens.append((at, at + len(word)))
        at += len(word) + 1
    spans = [
        Span(f"s{n}", tokens[a][0], tokens[b - 1][1], label, score=scores[n] if scores else None)
        for n, (a, b, label) in enumerate(spans_from_tags(tags))
    ]
    return Document(name, " ".join(words), tokens=tokens, spans=spans)


WORDS = ["w0", "w1", "w2", "w3", "w4"]


def spans(predicted: list[str], gold: list[str], **options: object) -> dict[str, object]:
    evaluation = Evaluation("spans", **options)  # type: ignore[arg-type]
    found = evaluate([doc("d", WORDS, predicted)], [doc("d", WORDS, gold)], evaluation)
    return found["spans"]  # type: ignore[no-any-return]


def test_strict_and_partial_by_hand() -> None:
    found = spans(
        ["B-A", "I-A", "B-B", "O", "B-A"],
        ["B-A", "I-A", "B-B", "I-B", "B-B"],
    )
    assert found["strict"] == {
        "precision": pytest.approx(1 / 3),
        "recall": pytest.approx(1 / 3),
        "f1": pytest.approx(1 / 3),
        "correct": 1,
        "predicted": 3,
        "gold": 3,
    }
    assert found["partial"]["correct"] == 2  # type: ignore[index]
    assert found["errors"] == {"wrong boundaries": 1, "wrong label": 1}
    assert found["confusion"] == [{"gold": "B", "predicted": "A", "count": 1}]
    assert found["labels"]["A"]["strict"]["precision"] == 0.5  # type: ignore[index]


def test_peer_case_14_span_end_at_last_word_is_a_mismatch() -> None:
    found = spans(["O", "O", "O", "B-A", "I-A"], ["O", "O", "O", "B-A", "O"])
    assert found["strict"]["correct"] == 0  # type: ignore[index]
    assert found["partial"]["correct"] == 1  # type: ignore[index]


def test_one_span_cannot_count_for_two_in_the_partial_score() -> None:
    found = spans(["B-A", "I-A", "I-A", "O", "O"], ["B-A", "B-A", "B-A", "O", "O"])
    assert found["partial"]["correct"] == 1  # type: ignore[index]
    assert found["errors"] == {"not found": 2, "wrong boundaries": 1}


def test_nothing_predicted_and_nothing_to_find() -> None:
    assert spans(["O"] * 5, ["B-A", "O", "O", "O", "O"])["strict"]["recall"] == 0  # type: ignore[index]
    assert spans(["O"] * 5, ["O"] * 5)["strict"]["f1"] == 0  # type: ignore[index]


TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=5, max_size=5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=4))
def test_agrees_with_seqeval(cases: list[tuple[list[str], list[str]]]) -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    found = evaluate(
        [doc(str(n), WORDS, ours) for n, (ours, _) in enumerate(cases)],
        [doc(str(n), WORDS, theirs) for n, (_, theirs) in enumerate(cases)],
        Evaluation("spans"),
    )["spans"]["strict"]
    golds, ours = [gold for _, gold in cases], [pred for pred, _ in cases]
    for key, measure in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        assert found[key] == pytest.approx(float(measure(golds, ours, zero_division=0)))


def test_texts_that_differ_in_spacing_are_compared() -> None:
    gold = Document("d", "Hi , New  York !", spans=[Span("s", 5, 14, "LOC")])
    ours = Document("d", "Hi, New York!", spans=[Span("t", 4, 12, "LOC")])
    assert evaluate([ours], [gold])["spans"]["strict"]["f1"] == 1


def test_texts_that_differ_otherwise_are_an_error_or_left_out() -> None:
    gold = Document("d", "Hallo Rom", spans=[Span("s", 6, 9, "LOC")])
    ours = Document("d", "Hi Rom", spans=[Span("s", 3, 6, "LOC")])
    with pytest.raises(DataError, match=r"'d': found 'Hi Rom', wanted the gold text"):
        evaluate([ours], [gold])
    found = evaluate([ours], [gold], Evaluation("spans", skip_different=True))
    assert found["records"]["different_text"] == 1
    by_text = evaluate([ours], [gold], Evaluation("spans", by="text"))
    assert by_text["spans"]["strict"]["correct"] == 1


def test_discontinuous_spans_must_agree_in_every_piece() -> None:
    gold = Document("d", "abcdef", spans=[Span("s", 0, 6, "X", pieces=[(0, 2), (4, 6)])])
    hull = Document("d", "abcdef", spans=[Span("s", 0, 6, "X")])
    assert evaluate([gold], [gold])["spans"]["strict"]["correct"] == 1
    found = evaluate([hull], [gold])["spans"]
    assert (found["strict"]["correct"], found["partial"]["correct"]) == (0, 1)


def test_by_tokens_widens_both_sides() -> None:
    gold = Document(
        "d", "New Yorker lives", tokens=[(0, 3), (4, 10), (11, 16)], spans=[Span("s", 0, 10, "X")]
    )
    ours = Document("d", "New Yorker lives", spans=[Span("s", 0, 8, "X")])
    assert evaluate([ours], [gold])["spans"]["strict"]["correct"] == 0
    assert evaluate([ours], [gold], Evaluation(by="tokens"))["spans"]["strict"]["correct"] == 1


def test_min_score_and_labels() -> None:
    gold = doc("d", WORDS, ["B-A", "O", "B-B", "O", "O"])
    ours = doc("d", WORDS, ["B-A", "O", "B-B", "O", "B-B"], [0.9, 0.8, 0.1])
    assert evaluate([ours], [gold])["spans"]["strict"]["predicted"] == 3
    assert evaluate([ours], [gold], Evaluation(min_score=0.5))["spans"]["strict"]["f1"] == 1
    only = evaluate([ours], [gold], Evaluation(labels=frozenset({"A"})))["spans"]["strict"]
    assert (only["predicted"], only["gold"]) == (1, 1)


def test_the_target_side_of_pairs_counts() -> None:
    gold = doc("d", WORDS, ["B-A", "O", "O", "O", "O"])
    pair = Pair("d", Document("d", "x y"), gold)
    assert evaluate([pair], [gold])["spans"]["strict"]["f1"] == 1


def test_records_without_prediction_count_as_missed() -> None:
    golds = [doc(str(n), WORDS, ["B-A", "O", "O", "O", "O"]) for n in range(4)]
    found = evaluate([golds[2], golds[0]], golds)
    assert found["records"]["matched"] == 2
    assert found["records"]["not_predicted"] == 2
    assert found["spans"]["strict"]["recall"] == 0.5
    common = evaluate([golds[2], golds[0]], golds, Evaluation(common_only=True))
    assert common["spans"]["strict"]["recall"] == 1


def test_tags() -> None:
    tokens = [(0, 2), (3, 5), (6, 8)]
    gold = Document("d", "w0 w1 w2", tokens=tokens, tags={"upos": ["A", "B", "_"]})
    ours = Document("d", "w0 w1 w2", tokens=tokens, tags={"upos": ["A", "_", "C"]})
    found = evaluate([ours], [gold])["tags"]["upos"]
    assert (found["accuracy"], found["coverage"], found["accuracy_covered"]) == (0.5, 0.5, 1.0)
    assert found["tokens"] == 2
    assert found["labels"]["A"]["f1"] == 1


def test_tags_over_other_tokens_are_matched_by_place() -> None:
    gold = Document("d", "zum Zoo", tokens=[(0, 3), (4, 7)], tags={"upos": ["ADP+DET", "NOUN"]})
    ours = Document(
        "d", "zum Zoo", tokens=[(0, 2), (2, 3), (4, 7)], tags={"pos": ["ADP", "DET", "NOUN"]}
    )
    found = evaluate([ours], [gold])["tags"]["upos"]
    assert (found["tokens"], found["tokens_at_same_place"], found["accuracy"]) == (2, 1, 0.5)


def test_answers() -> None:
    text = "The cat sat on the mat."
    gold = Document(
        "d", text, "en",
        spans=[Span("a", 4, 7, "answer"), Span("b", 0, 7, "answer"), Span("c", 15, 22, "answer")],
        questions=[
            Question("q1", "?", answers=["a", "b"]),
            Question("q2", "?", answers=["c"]),
            Question("q3", "?", is_impossible=True),
        ],
    )  # fmt: skip
    ours = Document(
        "d", text, "en",
        spans=[Span("x", 0, 7, "answer"), Span("y", 8, 22, "answer", score=0.3)],
        questions=[Question("q1", "?", answers=["x"]), Question("q2", "?", answers=["y"])],
    )  # fmt: skip
    found = evaluate([ours], [gold])
    assert "spans" not in found
    # q1: "The cat" is a gold answer; q2: "sat on the mat" has 1 of its 3 words, "the" is no word.
    assert found["qa"]["exact_match"] == pytest.approx(2 / 3)
    assert found["qa"]["f1"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert found["qa"]["has_answer"]["exact_match"] == 0.5
    assert found["qa"]["no_answer"]["exact_match"] == 1
    assert found["qa"]["not_asked"] == 1


def test_relations_and_record_labels() -> None:
    def build(label: str, tail: str) -> Document:
        spans = [Span("a", 0, 1, "X"), Span("b", 2, 3, "X"), Span("c", 4, 5, "X")]
        return Document(
            "d", "a b c", spans=spans, relations=[Relation(label, "a", tail)], labels={"t": label}
        )

    assert evaluate([build("r", "b")], [build("r", "b")])["relations"]["strict"]["f1"] == 1
    assert evaluate([build("r", "c")], [build("r", "b")])["relations"]["strict"]["f1"] == 0
    assert evaluate([build("s", "b")], [build("r", "b")])["labels"]["t"]["accuracy"] == 0


def coref(*clusters: list[int]) -> Document:
    mentions = sorted({m for cluster in clusters for m in cluster})
    return Document(
        "d", "x" * 20,
        spans=[Span(f"s{m}", m, m + 1) for m in mentions],
        clusters=[[f"s{m}" for m in cluster] for cluster in clusters],
    )  # fmt: skip


def test_coreference_as_in_the_papers() -> None:
    # Bagga & Baldwin's example: links {1..5}{6,7}{8..12}; the answer joins the first and the last.
    gold = coref([1, 2, 3, 4, 5], [6, 7], [8, 9, 10, 11, 12])
    ours = coref([1, 2, 3, 4, 5, 8, 9, 10, 11, 12], [6, 7])
    found = evaluate([ours], [gold], Evaluation("clusters"))["clusters"]
    assert found["muc"]["recall"] == 1
    assert found["muc"]["precision"] == pytest.approx(0.9)
    assert found["b3"]["precision"] == pytest.approx(7 / 12)
    assert found["b3"]["recall"] == 1
    perfect = evaluate([gold], [gold])["clusters"]
    assert perfect["conll_f1"] == pytest.approx(1)


def test_matching_by_id_out_of_step_and_by_order() -> None:
    ours = [Document(n, "x") for n in "badc"]
    theirs = [Document(n, "x") for n in "abcde"]
    found = {g.id if g else None: p.id if p else None for p, g in paired(ours, theirs)}
    assert found == {"a": "a", "b": "b", "c": "c", "d": "d", "e": None}
    other = [Document(f"other-{n}", "x") for n in range(4)]
    assert next((p.id, g.id) for p, g in paired(ours, other) if p and g) == ("b", "other-0")
    with pytest.raises(DataError, match="matched by order"):
        list(paired(ours, other[:3]))
    with pytest.raises(DataError, match="twice"):
        list(paired([Document("a", "x")] * 3, [Document("b", "x"), Document("a", "x")] * 2))


def test_matching_keeps_only_what_is_out_of_step() -> None:
    alive = 0
    most = 0

    class Item:
        def __init__(self, name: str) -> None:
            nonlocal alive, most
            self.id = name
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def items() -> Iterator[Item]:
        for n in range(20_000):
            yield Item(str(n))

    assert sum(1 for ours, theirs in paired(items(), items()) if ours and theirs) == 20_000
    assert most < 5_000
