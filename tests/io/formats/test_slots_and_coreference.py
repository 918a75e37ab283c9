"""MASSIVE-style slots and coreference JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.notes import Notes
from projector.io.formats.slots import annotated, parse
from projector.records import Document, Span

ROW = {
    "id": "1",
    "locale": "en-US",
    "partition": "train",
    "scenario": "alarm",
    "intent": "alarm_set",
    "utt": "wake me up at nine am on friday",
    "annot_utt": "wake me up at [time : nine am] on [date : friday]",
}


def test_massive_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(ROW) + "\n")
    (doc,) = read(tmp_path / "in.jsonl", "slots")
    assert isinstance(doc, Document)
    assert (doc.lang, doc.text) == ("en", ROW["utt"])
    assert [(s.surface(doc.text), s.label) for s in doc.spans] == [
        ("nine am", "time"),
        ("friday", "date"),
    ]
    assert doc.labels == {"intent": "alarm_set", "scenario": "alarm"}
    write([doc], tmp_path / "out.jsonl", "slots")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == ROW


def test_utterance_spaced_otherwise(tmp_path: Path) -> None:
    row = {"utt": "acht uhr!", "annot_utt": "[time : acht  uhr] !"}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    (doc,) = read(tmp_path / "in.jsonl", "slots")
    assert isinstance(doc, Document)
    assert doc.text == "acht uhr!"
    assert doc.spans[0].surface(doc.text) == "acht uhr"


@pytest.mark.parametrize(
    "annotated", ["at [nine", "at ] x", "[time nine]", "[time : ]", "[a : [b : c]]", None, 3]
)
def test_bad_annotations(tmp_path: Path, annotated: object) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"annot_utt": annotated}) + "\n")
    (line,) = read_lines(tmp_path / "in.jsonl", "slots")
    assert line.error is not None


def test_what_slots_cannot_hold(tmp_path: Path) -> None:
    notes = Notes()
    doc = Document(
        "d", "play [it] now",
        spans=[Span("a", 0, 9, "X"), Span("b", 5, 9, "Y"), Span("c", 10, 13, "x:y"),
               Span("e", 0, 13, "Z", pieces=[(0, 4), (10, 13)])],
    )  # fmt: skip
    assert annotated(doc, notes) == "[X : play (it)] now"
    assert notes.losses() == [
        "3 spans could not be held: 1 discontinuous, 1 overlap, 1 with a label that the form cannot hold"
    ]
    assert notes.notices()


@given(st.text("ab .:é", min_size=1, max_size=12), st.data())
def test_annotated_text_reads_back(text: str, data: st.DataObject) -> None:
    spans, at = [], 0
    while at < len(text) and data.draw(st.booleans()):
        end = data.draw(st.integers(at + 1, len(text)))
        if text[at:end].strip() == text[at:end]:
            spans.append(Span(f"s{len(spans)}", at, end, "slot"))
        at = end + 1
    assert parse(annotated(Document("d", text, spans=spans), Notes())) == (text, spans)


def test_coreference_there_and_back(tmp_path: Path) -> None:
    row = {
        "doc_key": "friends-1",
        "sentences": [["Anna", "left", "."], ["She", "took", "her", "bag", "."]],
        "clusters": [[[0, 0], [3, 3], [5, 5]], [[5, 6]]],
        "speakers": [["A"] * 3, ["B"] * 5],
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    (doc,) = read(tmp_path / "in.jsonl")
    assert isinstance(doc, Document)
    assert doc.text == "Anna left.\nShe took her bag."
    spans = doc.span_by_id()
    assert [[spans[m].surface(doc.text) for m in c] for c in doc.clusters] == [
        ["Anna", "She", "her"],
        ["her bag"],
    ]
    write([doc], tmp_path / "out.jsonl", "coref")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == row


def test_subword_files_are_mapped_to_words(tmp_path: Path) -> None:
    row = {
        "doc_key": "d",
        "tokens": ["Annabel", "left"],
        "sentences": [["[CLS]", "Anna", "##bel", "left", "[SEP]"]],
        "subtoken_map": [0, 0, 0, 1, 1],
        "clusters": [[[1, 2], [3, 3]]],
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    (doc,) = read(tmp_path / "in.jsonl", "coref")
    assert isinstance(doc, Document)
    assert [s.surface(doc.text) for s in doc.spans] == ["Annabel", "left"]


def test_sentences_of_a_running_text_and_losses(tmp_path: Path) -> None:
    notes = Notes()
    doc = Document(
        "d", "Anna left. She slept.", "en",
        spans=[Span("a", 0, 4, "M"), Span("b", 11, 14, "M"), Span("c", 5, 9, "V")], clusters=[["a", "b"]],
    )  # fmt: skip
    write([doc], tmp_path / "x.jsonl", "coref", notes=notes)
    row = json.loads((tmp_path / "x.jsonl").read_text())
    assert [s[0] for s in row["sentences"]] == ["Anna", "She"]
    assert len(row["clusters"][0]) == 2
    assert notes.losses() == ["1 spans could not be held: 1 in no cluster"]


@pytest.mark.parametrize(
    "row",
    [{}, {"sentences": "x"}, {"sentences": [["a", 3]]}, {"sentences": [["a"]], "clusters": [[[0, 1]]]},
     {"sentences": [["a"]], "clusters": [[[True, 0]]]}, {"sentences": [["a"]], "clusters": [[0]]},
     {"sentences": [["a"]], "clusters": 3}, {"tokens": ["a"], "subtoken_map": ["x"]}],
)  # fmt: skip
def test_bad_rows(tmp_path: Path, row: dict[str, object]) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    (line,) = read_lines(tmp_path / "in.jsonl", "coref")
    assert line.error is not None


@st.composite
def chained(draw: st.DrawFn) -> Document:
    """Documents with tokens over all that is not white space, and clusters of their words."""
    words = draw(st.lists(st.sampled_from(["Ana", ".", "n't", "«", "``", "é", "I"]), max_size=8))
    text, tokens = "", []
    for word in words:
        text += draw(st.sampled_from(["", " ", "  ", "\n", "\t"]))
        tokens.append((len(text), len(text) + len(word)))
        text += word
    spans: dict[tuple[int, int], Span] = {}
    clusters = []
    for _ in range(draw(st.integers(0, 2)) if tokens else 0):
        places = draw(st.lists(st.sampled_from(tokens), min_size=1, max_size=3, unique=True))
        clusters.append(
            [spans.setdefault(p, Span(f"s{len(spans)}", *p, "mention")).id for p in places]
        )
    ordered = sorted(spans.values(), key=lambda s: (s.start, s.end))
    meta = draw(st.sampled_from([{}, {"tokens": 3, "clusters": [], "genre": "news"}]))
    return Document("d", text, "en", tokens, spans=ordered, clusters=clusters, meta=meta)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(doc=chained())
def test_coreference_is_read_again_with_the_text_it_had(tmp_path: Path, doc: Document) -> None:
    write([doc], tmp_path / "x.jsonl", "coref", force=True)
    (again,) = read(tmp_path / "x.jsonl", "coref")
    assert isinstance(again, Document)
    assert (again.text, again.tokens, again.lang) == (doc.text, doc.tokens, doc.lang)
    places = [
        [[d.span_by_id()[name].parts for name in c] for c in d.clusters] for d in (doc, again)
    ]
    assert places[0] == places[1]
    assert again.meta == ({"genre": "news"} if doc.meta else {})
