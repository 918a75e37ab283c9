"""Mention replacement: other names, the same labels, and nothing drawn from anywhere but the id."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.augment.names import FakerNames, ListedNames, names_from, renamed
from projector.errors import DataError, UsageError
from projector.records import Document, Question, Relation, Span

DOC = Document(
    "d",
    "Maria Keller met Smith in Leeds, said Smith.",
    "en",
    spans=[
        Span("a", 0, 12, "PER"),
        Span("b", 17, 22, "PER"),
        Span("c", 26, 31, "LOC", score=0.7),
        Span("d", 38, 43, "PER"),
    ],
    relations=[Relation("met", "a", "b")],
    questions=[Question("q", "Who met Smith?", "en", ["a"])],
)
NAMES = ListedNames({"PER": ["Ana Prado", "Rui"], "LOC": ["Vila Nova de Gaia"]})


def test_every_name_is_another_of_its_label() -> None:
    made = renamed(DOC, NAMES, 1, 1.0)
    assert made is not None and made.id == "d~1"
    found = {span.id: span.surface(made.text) for span in made.spans}
    assert found["c"] == "Vila Nova de Gaia"
    assert {found["a"], found["b"], found["d"]} <= {"Ana Prado", "Rui"}
    assert found["b"] == found["d"], "a name is replaced alike throughout a document"
    assert made.text == f"{found['a']} met {found['b']} in Vila Nova de Gaia, said {found['d']}."
    assert made.relations == DOC.relations and made.questions == []
    assert [s.label for s in made.spans] == ["PER", "PER", "LOC", "PER"]


def test_a_copy_depends_on_id_and_number_alone() -> None:
    assert renamed(DOC, NAMES, 2, 0.8) == renamed(DOC, NAMES, 2, 0.8)
    copies = {made.text for n in range(1, 9) if (made := renamed(DOC, NAMES, n, 1.0))}
    assert len(copies) > 1


def test_without_a_name_to_replace_there_is_no_copy() -> None:
    assert renamed(DOC, NAMES, 1, 0.0) is None
    assert renamed(DOC, ListedNames({"DATE": ["hoje"]}), 1, 1.0) is None


def test_spans_with_others_inside_keep_their_names() -> None:
    doc = Document(
        "d", "Leeds United won", "en", spans=[Span("a", 0, 12, "ORG"), Span("b", 0, 5, "LOC")]
    )
    made = renamed(doc, ListedNames({"ORG": ["Benfica"], "LOC": ["Porto"]}), 1, 1.0)
    assert made is not None
    assert [s.surface(made.text) for s in made.spans] == ["Porto United", "Porto"]


def test_a_file_of_names(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text("PER\tAna  Prado\n\nLOC\tPorto\n")
    found = names_from(str(path))
    assert isinstance(found, ListedNames)
    assert found.names == {"PER": ["Ana Prado"], "LOC": ["Porto"]}
    path.write_text("PER Ana\n")
    with pytest.raises(DataError, match=r"names\.tsv:1: found 'PER Ana', wanted a label, a tab"):
        names_from(str(path))
    path.write_text("\n")
    with pytest.raises(DataError, match="found no name"):
        names_from(str(path))


def test_fakers_names_are_of_the_kind_and_shape_of_the_mention() -> None:
    pytest.importorskip("faker", reason="needs the extra names")
    made = renamed(DOC, FakerNames(["pt_PT"]), 1, 1.0)
    again = renamed(DOC, FakerNames(["pt_PT"]), 1, 1.0)
    assert made is not None and made == again
    assert len(made.spans[0].surface(made.text).split()) >= 2
    assert renamed(Document("e", "on Monday", "en", spans=[Span("a", 3, 9, "DATE")]),
                   FakerNames(["pt_PT"]), 1, 1.0) is None  # fmt: skip


def test_an_unknown_locale_is_said() -> None:
    pytest.importorskip("faker", reason="needs the extra names")
    with pytest.raises(UsageError, match="found 'xx_YY', wanted a file of names or one of Faker"):
        names_from("xx_YY")
    with pytest.raises(UsageError, match="found nothing"):
        names_from(" , ")
