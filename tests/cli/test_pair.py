from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.cli.pair import pair
from projector.errors import DataError, TooManyRejects, UsageError
from projector.io.jsonl import read_records
from projector.io.streams import open_write


@pytest.fixture
def write(tmp_path):
    def make(name: str, *lines: object) -> str:
        with open_write(tmp_path / name) as stream:
            for line in lines:
                text = line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)
                stream.write(text.encode() + b"\n")
        return str(tmp_path / name)

    return make


@pytest.fixture
def out(tmp_path) -> str:
    return str(tmp_path / "pairs.jsonl")


SPANS = [{"id": "s0", "start": 0, "end": 1, "label": "X"}]


def test_text_lines_are_joined_line_by_line(write, out):
    left, right = write("a.txt", "One .", "", "Two ."), write("b.txt.gz", "Uno .", "", " Dos .")
    assert pair(left, right, out, source_lang="en", target_lang="es") == (2, 0, 0)
    pairs = list(read_records(out))
    assert [(p.id, p.source.text, p.target.text) for p in pairs] == [
        ("a-1", "One .", "Uno ."),
        ("a-3", "Two .", "Dos ."),
    ]
    assert {(p.source.lang, p.target.lang) for p in pairs} == {("en", "es")}


def test_documents_are_joined_by_id_where_both_sides_have_the_same_ids(write, out):
    left = write("a.jsonl", {"id": "x", "text": "One"}, {"id": "y", "text": "Two"})
    right = write("b.jsonl", {"id": "y", "text": "Dos"}, {"id": "x", "text": "Uno"})
    pair(left, right, out)
    assert [(p.source.text, p.target.text) for p in read_records(out)] == [
        ("One", "Uno"),
        ("Two", "Dos"),
    ]
    pair(left, right, out, by="order", force=True)
    assert [p.target.text for p in read_records(out)] == ["Dos", "Uno"]


def test_ids_of_one_side_only_are_an_error_that_names_one(write, out):
    left = write("a.jsonl", {"id": "x", "text": "One"}, {"id": "y", "text": "Two"})
    right = write("b.jsonl", {"id": "y", "text": "Dos"}, {"id": "z", "text": "Tres"})
    with pytest.raises(DataError, match="2 ids on one side only"):
        pair(left, right, out)
    assert not Path(out).exists()
    other = write("c.jsonl", {"id": "1", "text": "Uno"}, {"id": "2", "text": "Dos"})
    assert pair(left, other, out)[0] == 2, "ids that have nothing in common are joined by order"


def test_a_side_may_be_documents_and_the_other_plain_text(write, out):
    left = write("a.jsonl", {"id": "x", "text": "O ne", "spans": SPANS})
    pair(left, write("b.txt", "U no"), out)
    (found,) = read_records(out)
    assert found.id == "x" and found.source.spans[0].label == "X"


def test_other_counts_are_an_error_that_names_both(write, out):
    left, right = write("a.txt", "1", "2", "3"), write("b.txt", "1", "2")
    with pytest.raises(DataError, match=r"found 3 lines in .*a\.txt and 2 in .*b\.txt"):
        pair(left, right, out)
    assert not Path(out).exists()


def test_target_annotations_are_left_out_unless_asked_for(write, out, capsys):
    left = write("a.jsonl", {"id": "x", "text": "O ne"})
    gold = {"id": "x", "text": "U no", "spans": SPANS, "labels": {"topic": "t"}, "meta": {"m": 1}}
    right = write("b.jsonl", gold)
    assert main(["pair", left, right, "-o", out]) == 0
    assert "1 target documents brought annotations" in capsys.readouterr().err
    (found,) = read_records(out)
    assert (found.target.spans, found.target.labels, found.target.meta) == ([], {}, {"m": 1})
    pair(left, right, out, keep_target=True, force=True)
    (found,) = read_records(out)
    assert found.target.spans[0].label == "X" and found.target.labels == {"topic": "t"}


def test_a_bitext_has_both_sides_in_columns(write, out):
    bitext = write("t.tsv.zst", "One\tUno", "", "Two\tDos\t0.9", "Three", "\tnada")
    with pytest.raises(DataError, match=r"t\.tsv\.zst:4: found one column"):
        pair(bitext, "", out)
    assert pair(bitext, "", out, skip=True) == (2, 2, 0)
    assert [(p.target.text, p.meta) for p in read_records(out)] == [
        ("Uno", {}),
        ("Dos", {"columns": ["0.9"]}),
    ]
    rejects = [json.loads(x) for x in Path(f"{out}.rejected.jsonl").read_text().splitlines()]
    assert [(r["line"], r["reason"]) for r in rejects] == [(4, "bad_columns"), (5, "empty_side")]
    with pytest.raises(TooManyRejects):
        pair(bitext, "", out, skip=True, max_errors=1, force=True)


def test_bad_lines_and_other_languages_are_named(write, out):
    left = write("a.jsonl", {"text": "x", "lang": "fr"}, "{", {"text": "x", "lang": "en-GB"})
    right = write("b.txt", "1", "2", "3")
    with pytest.raises(DataError, match=r"a\.jsonl:1: lang: found 'fr', wanted 'en'"):
        pair(left, right, out, source_lang="en")
    assert pair(left, right, out, source_lang="en", skip=True)[:2] == (1, 2)


def test_what_cannot_be_joined_is_refused(write, out, tmp_path):
    with pytest.raises(UsageError, match="found one file"):
        pair(write("a.txt", "1"), "", out)
    with pytest.raises(UsageError, match="holds both sides"):
        pair(write("a.tsv", "1\t2"), write("b.txt", "1"), out)
    with pytest.raises(DataError, match="found a directory"):
        pair(str(tmp_path), write("c.txt", "1"), out)
    with pytest.raises(DataError, match="found a pair, wanted a document"):
        pair(write("p.jsonl", {"source": "a", "target": "b"}), write("d.txt", "1"), out)


def test_a_limit_and_a_dry_run(write, out):
    bitext = write("t.tsv", "1\t2", "3\t4", "5\t6")
    assert pair(bitext, "", out, limit=2, dry_run=True)[0] == 2
    assert not Path(out).exists()
    assert pair(bitext, "", out, limit=2)[0] == 2
