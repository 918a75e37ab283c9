"""One rule says what stays when spans go, for projection and for export alike."""

from __future__ import annotations

from projector.dependents import answers_left, mentions_left, relation_stays
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.prune import without_spans
from projector.projection.dependents import project_dependents
from projector.records import Document, Question, Relation, Span

TEXT = "Ann met Bob and Cy."
SPANS = [Span("a", 0, 3, "PER"), Span("b", 8, 11, "PER"), Span("c", 16, 18, "PER")]
DOC = Document(
    "d", TEXT, "en", spans=SPANS,
    relations=[Relation(head="a", tail="b", label="met"), Relation(head="b", tail="c", label="and")],
    clusters=[["a", "b", "c"], ["a", "b"], ["c"]],
    questions=[
        Question("q1", "Who?", answers=["a", "c"]), Question("q2", "Whom?", answers=["b"]),
        Question("q3", "Why?", answers=[]),
    ],
)  # fmt: skip


def test_what_each_needs() -> None:
    assert relation_stays(DOC.relations[0], {"a", "b"})
    assert not relation_stays(DOC.relations[0], {"a"})
    assert mentions_left(["a", "b", "c"], {"a", "c"}) == ["a", "c"]
    assert mentions_left(["a", "b"], {"a"}) is None
    assert mentions_left(["a"], {"a"}) == ["a"] and mentions_left(["a"], set()) is None
    assert answers_left(DOC.questions[1], {"a"}) is None
    assert answers_left(DOC.questions[2], set()) == []


def test_projection_and_export_agree() -> None:
    for gone in ({"a"}, {"b"}, {"c"}, {"a", "c"}, {"a", "b", "c"}):
        kept = {"a", "b", "c"} - gone
        left = without_spans(DOC, gone, Notes(), "a test")
        carried = project_dependents(DOC, Document("d", TEXT, "en"), kept)
        assert left.relations == carried.relations
        assert left.clusters == carried.clusters
        assert [(q.id, q.answers) for q in left.questions] == [
            (q.id, q.answers) for q in carried.questions
        ]
