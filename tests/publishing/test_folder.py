"""The folder that is pushed loads without a script, and holds the records whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from projector.io.jsonl import read_records
from projector.publishing.card import Described
from projector.publishing.facts import gather_facts
from projector.publishing.folder import without_folders, write_dataset
from projector.records import Document
from tests.publishing.conftest import asked, pair

pytest.importorskip("pyarrow", reason="needs the extra 'publish'")
mlcroissant = pytest.importorskip("mlcroissant", reason="needs the extra 'publish'")


def written(folder: Path, **splits: str) -> Path:
    folder.mkdir()
    write_dataset(folder, gather_facts(splits), Described("news", "cc-by-4.0"))
    return folder


def load(folder: Path, tmp_path: Path):
    datasets = pytest.importorskip("datasets", reason="needs the extra 'hub'")
    return datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))


def test_spans_load_as_tokens_with_the_same_classes_in_every_split(silver, tmp_path):
    test = silver("b.jsonl", records=[pair(1, label="ORG")])
    loaded = load(written(tmp_path / "out", train=silver(), test=test), tmp_path)
    names = loaded["train"].features["ner_tags"].feature.names
    assert names == ["O", "B-LOC", "B-ORG", "B-PER"]
    assert loaded["test"].features == loaded["train"].features
    row = loaded["train"][1]
    assert row["id"] == "r1" and row["tokens"] == ["Ana", "viu", "Roma", "."]
    assert [names[n] for n in row["ner_tags"]] == ["B-PER", "O", "B-LOC", "O"]
    assert [names[n] for n in loaded["test"][0]["ner_tags"]] == ["B-ORG", "O", "B-LOC", "O"]


def test_questions_load_as_squad(silver, tmp_path):
    loaded = load(written(tmp_path / "out", train=silver(records=[asked(0)])), tmp_path)
    first, second = loaded["train"]
    assert first["question"] == "O que viu Ana?" and first["context"] == "Ana viu Roma."
    assert first["answers"] == {"text": ["Roma"], "answer_start": [8]}
    assert second["answers"] == {"text": [], "answer_start": []}
    assert (first["id"], second["id"]) == ("q0-0", "q0-1")


def test_labelled_texts_load_as_text_and_label(silver, tmp_path):
    records = [
        Document("a", "Bom.", "pt", labels={"topic": "food", "stars": 3}),
        Document("b", "Mau.", "pt", labels={"topic": "sport"}),
    ]
    loaded = load(written(tmp_path / "out", train=silver(records=records)), tmp_path)["train"]
    assert loaded["text"] == ["Bom.", "Mau."] and loaded["topic"] == ["food", "sport"]
    assert loaded["stars"] == ["3", None]


def test_records_are_whole_and_their_bytes_repeat(silver, tmp_path):
    path = silver()
    folder = written(tmp_path / "out", train=path)
    whole = folder / "records" / "train.jsonl.gz"
    assert list(read_records(whole)) == list(read_records(path))
    again = written(tmp_path / "again", train=path)
    assert whole.read_bytes() == (again / "records" / "train.jsonl.gz").read_bytes()
    assert gzip.decompress(whole.read_bytes()) == Path(path).read_bytes()


def test_nothing_tells_where_the_users_files_lie(silver, tmp_path):
    folder = written(tmp_path / "out", train=silver())
    run = json.loads((folder / "records" / "train.run.json").read_text())
    assert run["inputs"] == [{"path": "in.jsonl"}]
    assert without_folders({"a": ["/x/y", "~/z", "b/c", 3]}) == {"a": ["y", "z", "b/c", 3]}
    for path in folder.rglob("*"):
        if path.is_file():
            assert str(tmp_path).encode() not in path.read_bytes()


def test_the_folders_croissant_reads_its_parquet_files(silver, tmp_path):
    folder = written(tmp_path / "out", train=silver(records=[asked(0), asked(1)]))
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    rows = list(dataset.records("train"))
    assert [row["train/question"] for row in rows] == [b"O que viu Ana?", b"Quando?"] * 2
