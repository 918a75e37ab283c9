"""Parquet and `datasets` folders: class names both ways, through the libraries themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from projector.cli.main import main
from projector.errors import DataError, UsageError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.guess import guess
from projector.io.formats.shared.hf_classes import classes_like
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Span

pyarrow = pytest.importorskip("pyarrow")

DOCS = [
    Document(
        f"d{n}",
        "Ana in Rome .",
        tokens=[(0, 3), (4, 6), (7, 11), (12, 13)],
        tags={"upos": ["PROPN", "ADP", "PROPN", "PUNCT"]},
        spans=[Span("s0", 0, 3, "PER"), Span("s1", 7, 11, "LOC")],
    )
    for n in range(3)
]


def path_of(tmp_path: Path, fmt: str) -> Path:
    if fmt == "hf":
        pytest.importorskip("datasets")
    return tmp_path / ("x.parquet" if fmt == "parquet" else "folder")


@pytest.mark.parametrize("fmt", ["parquet", "hf"])
def test_round_trip(tmp_path: Path, fmt: str) -> None:
    path = path_of(tmp_path, fmt)
    assert write(DOCS, path, fmt) == 3
    assert guess(str(path)) == fmt
    assert list(read(path, options={"text": "spaced"})) == DOCS
    assert [doc.text for doc in read(path) if isinstance(doc, Document)] == ["Ana in Rome."] * 3


def test_datasets_sees_class_labels(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    write(DOCS, tmp_path / "x.parquet", "parquet")
    found = datasets.Dataset.from_parquet(
        str(tmp_path / "x.parquet"), cache_dir=str(tmp_path / "c")
    )
    feature = found.features["ner_tags"].feature
    assert feature.names == ["O", "B-LOC", "B-PER"]
    assert found[0]["ner_tags"] == [2, 0, 1, 0]
    write(DOCS, tmp_path / "folder", "hf", {"rows": 2})
    loaded = datasets.load_from_disk(str(tmp_path / "folder"))
    assert loaded.features["upos"].feature.names == ["ADP", "PROPN", "PUNCT"]
    assert loaded[2]["tokens"] == ["Ana", "in", "Rome", "."]


def test_a_data_set_made_by_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["O", "B-X", "I-X"])
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(names),
            "label": datasets.ClassLabel(names=["neg", "pos"]),
        }
    )
    rows = {"id": ["1"], "tokens": [["a", "b"]], "ner_tags": [[1, 2]], "label": [1]}
    made = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": made, "test": made}).save_to_disk(str(tmp_path / "dict"))
    notes = Notes()
    (doc,) = read(tmp_path / "dict", "", {"split": "test", "lang": "en"}, notes)
    assert isinstance(doc, Document)
    assert [(s.surface(doc.text), s.label) for s in doc.spans] == [("a b", "X")]
    assert (doc.labels, doc.lang) == ({"label": "pos"}, "en")
    assert notes.notices()
    with pytest.raises(UsageError, match="did you mean 'train'"):
        list(read(tmp_path / "dict", options={"split": "trian"}))


def parquet_file(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "x.parquet")
    return tmp_path / "x.parquet"


def test_numbers_without_names(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, [{"tokens": ["a", "b"], "ner_tags": [1, 0]}])
    with pytest.raises(DataError, match="class numbers"):
        list(read(path))
    (doc,) = read(path, options={"names": "O, B-PER"})
    assert isinstance(doc, Document)
    assert [(s.start, s.end, s.label) for s in doc.spans] == [(0, 1, "PER")]
    with pytest.raises(DataError, match="wanted one below 1"):
        list(read(path, options={"names": "O"}))


def test_squad_rows_and_texts(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        [
            {
                "id": "q",
                "context": "In Köln",
                "question": "Wo?",
                "answers": {"text": ["Köln"], "answer_start": [3]},
            }
        ],
    )
    (doc,) = read(path)
    assert isinstance(doc, Document)
    assert doc.questions[0].answers == ["a0"]


def test_bad_rows_and_files(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, [{"text": "ok"}, {"text": None}, {"text": "fine"}])
    assert [line.error is None for line in read_lines(path)] == [True, False, True]
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DataError, match="no readable Parquet"):
        list(read(path))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "state.json").write_text("{")
    pytest.importorskip("datasets")
    with pytest.raises(DataError, match="no data set"):
        list(read(tmp_path / "empty", "hf"))


def test_shards_in_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    (tmp_path / "data").mkdir()
    for n, doc in enumerate(DOCS):
        write([doc], tmp_path / "data" / f"part-0000{n}.parquet", "parquet")
    assert guess(str(tmp_path)) == "parquet"
    assert list(read(tmp_path, options={"text": "spaced"})) == DOCS


def test_files_called_after_splits_are_read_by_split(tmp_path: Path) -> None:
    for split, doc in zip(("train", "test", "validation"), DOCS, strict=True):
        write([doc], tmp_path / f"{split}-00000-of-00001.parquet", "parquet")
    notes = Notes()
    assert [doc.id for doc in read(tmp_path, notes=notes)] == ["d0"]
    assert "--set split=all" in notes.notices()[0]
    assert [doc.id for doc in read(tmp_path, options={"split": "test"})] == ["d1"]
    docs = list(read(tmp_path, options={"split": "all"}))
    assert [(doc.id, doc.meta["split"]) for doc in docs] == [
        ("test-d1", "test"), ("train-d0", "train"), ("validation-d2", "validation"),
    ]  # fmt: skip


def conll_2003(tmp_path: Path) -> Path:
    """A DatasetDict with classes in an order of its own, not all of them used."""
    datasets = pytest.importorskip("datasets")
    tags = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=tags)),
            "label": datasets.ClassLabel(names=["pos", "neg"]),
        }
    )
    splits = {}
    for split, number in (("train", 2), ("validation", 1)):
        rows = {
            "id": [str(n) for n in range(number)],
            "tokens": [["Rome", "won"]] * number,
            "ner_tags": [[5, 0]] * number,
            "label": [1] * number,
        }
        splits[split] = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict(splits).save_to_disk(str(tmp_path / "conll2003"))
    return tmp_path / "conll2003"


def test_all_splits_come_back_with_their_classes_in_order(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    source, out = conll_2003(tmp_path), tmp_path / "out"
    words = ["convert", str(source), "--to", "hf", "-o", str(out), "--set", "split=all"]
    assert main(words) == 0
    before, after = datasets.load_from_disk(str(source)), datasets.load_from_disk(str(out))
    assert list(after) == ["train", "validation"]
    for split in before:
        assert after[split].features == before[split].features
        assert after[split].to_list() == before[split].to_list()


@pytest.mark.parametrize("fmt", ["parquet", "hf"])
def test_the_order_of_classes_is_that_of_a_data_set_named_or_given(
    tmp_path: Path, fmt: str
) -> None:
    source = conll_2003(tmp_path)
    docs = [Document("d", "Bo", tokens=[(0, 2)], spans=[Span("s", 0, 2, "PET")])]
    write(docs, tmp_path / "like.x", fmt, {"like": str(source)})
    wanted = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-PET"]
    assert classes_like(str(tmp_path / "like.x"))["ner_tags"] == wanted
    write(docs, tmp_path / "names.x", fmt, {"names": "O,B-PET,I-PET"})
    assert classes_like(str(tmp_path / "names.x"))["ner_tags"] == ["O", "B-PET", "I-PET"]
    (tmp_path / "text").mkdir()
    with pytest.raises(DataError, match="no names of classes"):
        write(docs, tmp_path / "x", fmt, {"like": str(tmp_path / "text")})


def test_a_record_without_a_split_beside_others_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    docs = [Document("a", "x", meta={"split": "dev"}), Document("b", "y")]
    with pytest.raises(DataError, match="found none in 1 records"):
        write(docs, tmp_path / "x", "hf")


def test_nothing_to_write(tmp_path: Path) -> None:
    assert write([], tmp_path / "x.parquet", "parquet") == 0
    assert list(read(tmp_path / "x.parquet")) == []
