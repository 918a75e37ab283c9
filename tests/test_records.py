"""What must hold in a record is checked when it is built, with field, found and wanted."""

from __future__ import annotations

import msgspec
import pytest

from projector.records import Document, Pair, Question, Relation, Segment, Span

TEXT = "Zoë flew to New York"


def build(**fields: object) -> Document:
    return msgspec.convert({"id": "d", "text": TEXT, **fields}, Document)


def span(a: int, b: int, **rest: object) -> dict[str, object]:
    return {"id": "s", "start": a, "end": b, **rest}


def test_a_discontinuous_span_has_its_pieces() -> None:
    doc = Document("d", TEXT, spans=[Span("s", 0, 15, "X", pieces=[(0, 3), (12, 15)])])
    assert doc.spans[0].parts == [(0, 3), (12, 15)]
    assert doc.spans[0].surface(doc.text) == "Zoë New"
    assert doc.spans[0].text is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"spans": [span(0, 0)]}, r"spans\[0\]: found \[0, 0\]"),
        ({"spans": [span(3, 99)]}, "<= 20"),
        ({"spans": [span(-1, 2)]}, r"found \[-1, 2\]"),
        ({"spans": [span(0, 3, text="Zoe")]}, "found 'Zoe', wanted 'Zoë'"),
        ({"spans": [span(0, 3, score=1.5)]}, "found 1.5"),
        ({"spans": [span(0, 3), span(0, 3)]}, "a second time"),
        ({"spans": [span(0, 9, pieces=[[0, 3], [2, 9]])]}, "without overlap"),
        ({"spans": [span(0, 9, pieces=[[0, 3], [4, 8]])]}, "the pieces' own"),
        ({"spans": [span(0, 9, pieces=[])]}, "empty list"),
        ({"tokens": [[0, 3], [2, 5]]}, "tokens: found a stretch"),
        ({"tokens": [[0, 99]]}, r"tokens\[0\]"),
        ({"tags": {"upos": ["X"]}}, "tags without tokens"),
        ({"tokens": [[0, 3]], "tags": {"upos": ["X", "Y"]}}, "found 2 tags"),
        ({"relations": [{"label": "r", "head": "s", "tail": "t"}]}, r"relations\[0\].head"),
        ({"clusters": [["nope"]]}, r"clusters\[0\]"),
        ({"questions": [{"id": "q", "text": "?", "answers": ["a"]}]}, r"questions\[0\].answers"),
        ({"questions": [{"id": "q", "text": "?"}] * 2}, "a second time"),
        ({"surprise": 1}, "unknown field"),
    ],
)
def test_what_does_not_hold_together_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError), match=said):
        build(**fields)


def pair(**fields: object) -> Pair:
    side = Document("p", TEXT, tokens=[(0, 3), (4, 8)])
    return Pair("p", side, side, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"alignment": [(0, 2, 1.0)]}, "the link 0-2"),
        ({"alignment": [(-1, 0, 1.0)]}, "the link -1-0"),
        ({"alignment": [(0, 0, 1.5)]}, "probability 1.5"),
        ({"segments": [Segment(0, 99, 0, 3)]}, r"segments\[0\]"),
    ],
)
def test_sides_that_do_not_fit_are_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pair(**fields)


def test_links_want_tokens() -> None:
    bare = Document("p", TEXT)
    with pytest.raises(ValueError, match="without tokens"):
        Pair("p", bare, bare, [(0, 0, 1.0)])
    assert Pair("p", bare, bare, []).alignment == []


def test_defaults_are_not_written() -> None:
    doc = Document("d", "x", spans=[Span("s", 0, 1)])
    assert (
        msgspec.json.encode(doc) == b'{"id":"d","text":"x","spans":[{"id":"s","start":0,"end":1}]}'
    )


def test_records_cannot_be_changed() -> None:
    doc = Document("d", "x", relations=[], questions=[Question("q", "?")])
    with pytest.raises(AttributeError):
        doc.text = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Relation("r", "a", "b").label = "s"  # type: ignore[misc]
