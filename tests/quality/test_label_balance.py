"""The cap on frequent labels."""

from __future__ import annotations

from projector.quality.label_balance import LabelBalance, classes
from projector.records import Document, Pair, Span


def pair(name: str, *labels: str) -> Pair:
    doc = Document(
        name, "x" * 9, "es", spans=[Span(f"s{n}", n, n + 1, x) for n, x in enumerate(labels)]
    )
    return Pair(name, Document(name, "y", "en"), doc)


def test_labels_of_spans_and_of_records_count() -> None:
    doc = Document("a", "abc", spans=[Span("s", 0, 1, "PER"), Span("t", 1, 2, "PER"), Span("u", 2, 3)],
                   labels={"intent": "book", "stars": 3, "other": [1]})  # fmt: skip
    assert classes(doc) == {"PER": 2, "intent=book": 1, "stars=3": 1}


def test_a_pair_stays_while_one_of_its_labels_has_not_enough() -> None:
    balance = LabelBalance(1)
    for name in ("a", "b", "c"):
        balance.add(pair(name, "PER"))
    balance.add(pair("d", "PER", "LOC"))
    balance.add(pair("e"))
    surplus = balance.surplus()
    assert len(surplus) in (2, 3) and surplus <= {"a", "b", "c"}
