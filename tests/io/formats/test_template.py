"""Templates make rows of records: the shipped ones, and what a template may not do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import DataError, UsageError
from projector.io.formats.shared.notes import Notes
from projector.io.formats.template import MAX_CHARACTERS, Options, RowTemplate, write
from projector.io.jsonl import write_records
from projector.records import Document, Pair, Record, Segment, Span

ENGLISH = {"instruction": 'Name a "fish".', "input": "In <b>one</b> word.", "output": "Cod."}
SPANISH = {
    "instruction": "Nombra un «pez».",
    "input": "En <b>una</b> palabra.",
    "output": "Bacalao.",
}


def pair(name: str = "p1") -> Pair:
    return Pair(
        name,
        Document(name, "", "en", meta=ENGLISH),
        Document(name, "", "es", meta=SPANISH),
    )


def template(tmp_path: Path, text: str) -> RowTemplate:
    path = tmp_path / "t.j2"
    path.write_text(text, encoding="utf-8")
    return RowTemplate(str(path))


def test_taco_answers_in_both_languages() -> None:
    (row,) = RowTemplate("taco").rows(pair())
    assert row["instruction"] == SPANISH["instruction"] and row["input"] == SPANISH["input"]
    assert row["output"].splitlines() == [
        'Instruction in English: Name a "fish".',
        "In <b>one</b> word.",
        "Response in English: Cod.",
        "Response in Spanish: Bacalao.",
    ]


def test_crossin_mixes_languages_by_the_record_alone() -> None:
    made = RowTemplate("crossin")
    directions = set()
    for n in range(30):
        mixed, same = made.rows(pair(f"p{n}"))
        assert made.rows(pair(f"p{n}"))[0] == mixed, "the same record, the same row"
        assert same["languages"] == ["es", "es"]
        directions.add(tuple(mixed["languages"]))
        question, answer = mixed["languages"]
        texts = {"en": ENGLISH, "es": SPANISH}
        assert mixed["instruction"].startswith(texts[question]["instruction"])
        assert mixed["output"] == texts[answer]["output"]
    assert directions == {("en", "es"), ("es", "en")}


def test_labels_are_put_into_words(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("topic: ¿De qué trata?\nsport: deporte\nPER: personas\n", encoding="utf-8")
    text = "Ana ganó a Eva en Oslo."
    doc = Document(
        "d", text, "es",
        spans=[Span("a", 0, 3, "PER"), Span("b", 11, 14, "PER"), Span("c", 18, 22, "LOC"), Span("e", 4, 8)],
        labels={"topic": "sport", "n": 3},
    )  # fmt: skip
    rows = RowTemplate("labels", str(words)).rows(doc)
    assert [(row["instruction"], row["output"]) for row in rows] == [
        ("¿De qué trata?", "deporte"),
        ("List: LOC", "Oslo"),
        ("List: personas", "Ana; Eva"),
    ]


def test_preference_pairs_stand_side_by_side() -> None:
    sides = [
        Document("p", "", lang, meta={"prompt": f"{lang}?", "chosen": "1", "rejected": "2"})
        for lang in ("en", "de")
    ]
    rows = RowTemplate("preferences").rows(Pair("p", *sides))
    assert [(row["id"], row["prompt"], row["chosen"]) for row in rows] == [
        ("p.en", "en?", "1"), ("p.de", "de?", "1"),
    ]  # fmt: skip


def test_a_template_of_the_users_own(tmp_path: Path) -> None:
    source = Document("s", "One. Two.", "en")
    target = Document("t", "Eins. Zwei.", "de")
    record = Pair("r", source, target, segments=[Segment(0, 4, 0, 5), Segment(5, 9, 6, 11)])
    made = template(
        tmp_path,
        "{% for s in segments %}"
        '{"from": {{ s.source | tojson }}, "to": {{ s.target | tojson }}}\n'
        "{% endfor %}",
    )
    assert made.rows(record) == [{"from": "One.", "to": "Eins."}, {"from": "Two.", "to": "Zwei."}]
    assert made.rows(Document("d", "x")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ source.nothing }}", "nothing"),
        ("[1]", "wanted an object"),
        ("no json", "wanted a JSON object"),
        ('{"a": ', "wanted a JSON object"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ source.__init__ }}", "__init__"),
        ("{{ meta.update({'a': 1}) }}", "unsafe|not safely"),
        ("{{ 'a' * 9999999999 }}", "for numbers"),
        ("{{ 9 ** 99999999 }}", r"\*\*"),
        ("{{ '%099999999d' % 1 }}", "for numbers"),
        ("{{ 'a'.ljust(999999999) }}", "unsafe|not safely"),
        ("{% for n in range(10000000000) %}{% endfor %}", "(?i)range"),
        ("{% for n in range(99999) %}" + "a" * 100 + "{% endfor %}", str(MAX_CHARACTERS)),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{{ draw() }}", "nothing to draw"),
        ("{{ 1 / 0 }}", "ZeroDivision"),
        ("[" * 100000, "wanted a JSON object"),
    ],
)
def test_what_a_template_may_not_do_is_an_error_of_the_record(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(DataError, match=said) as found:
        template(tmp_path, text).rows(pair())
    assert "record 'p1': t.j2" in str(found.value)


@pytest.mark.parametrize(
    "text", ["{% if %}", "{{ x | random }}", "{{ 1 | center(9) }}", "{% nope %}"]
)
def test_what_is_no_template_is_said_before_any_record(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"t\.j2"):
        template(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "said"), [("tako", "taco"), ("", "--template"), ("x.j2", "cannot be read")]
)
def test_a_missing_template_is_named(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        RowTemplate(name)


def test_records_without_a_row_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.j2"
    path.write_text('{% if id == "p1" %}{"id": {{ id | tojson }}}{% endif %}')
    notes = Notes()
    records: Sequence[Record] = [pair("p1"), pair("p2")]
    out = tmp_path / "out.jsonl"
    write(iter(records), str(out), Options(template=str(path)), notes)
    assert out.read_text() == '{"id":"p1"}\n'
    assert notes.losses() == ["1 records could not be held: 1 the template wrote nothing for them"]


def test_export_gives_a_template_both_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "pairs.jsonl", tmp_path / "out.jsonl"
    write_records([pair("p1"), pair("p2")], path)
    assert main(["export", str(path), "--template", "taco", "-o", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 2 and "Response in Spanish: Bacalao." in rows[0]["output"]
    assert main(["export", str(path), "--template", "taco", "--to", "conll"]) == 2
    assert "one of the two" in capsys.readouterr().err
