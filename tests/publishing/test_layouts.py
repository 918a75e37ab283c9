"""Each layout's files have the names, columns and labels that its scripts read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.io.formats import read
from projector.io.formats.shared.notes import Notes
from projector.publishing.layouts import LAYOUTS, UPOS, find_layout, write_layout
from projector.records import Document, Span
from tests.publishing.conftest import asked


def ner(label: str = "PER", lang: str = "pt") -> Document:
    return Document(
        "d1",
        "Ana viu Roma.",
        lang,
        tokens=[(0, 3), (4, 7), (8, 12), (12, 13)],
        tags={"upos": ["PROPN", "VERB", "PROPN", "PUNCT"]},
        spans=[Span("a", 0, 3, label), Span("b", 8, 13, "LOC")],
    )


def one_file(folder: Path, documents, layout, **options) -> Path:
    (path,) = write_layout(documents, str(folder), layout, **options)
    return Path(path)


def test_panx_is_token_tab_tag_by_split_and_language(tmp_path):
    path = one_file(tmp_path, [ner(), ner()], "panx", split="dev")
    assert path == tmp_path / "panx" / "dev-pt.tsv"
    sentence = "Ana\tB-PER\nviu\tO\nRoma\tB-LOC\n.\tI-LOC\n\n"
    assert path.read_text() == sentence * 2


def test_masakhaner_is_token_space_tag_in_a_folder_of_three_letters(tmp_path):
    path = one_file(tmp_path, [ner(lang="ha")], "masakhaner", split="test")
    assert path == tmp_path / "data" / "hau" / "test.txt"
    assert path.read_text() == "Ana B-PER\nviu O\nRoma B-LOC\n. I-LOC\n\n"


def test_uner_is_numbered_with_the_text_above(tmp_path):
    path = one_file(tmp_path, [ner()], "uner")
    assert path.read_text().splitlines() == [
        "# sent_id = d1",
        "# text = Ana viu Roma.",
        "1\tAna\tB-PER\t-\t-",
        "2\tviu\tO\t-\t-",
        "3\tRoma\tB-LOC\t-\t-",
        "4\t.\tI-LOC\t-\t-",
        "",
    ]
    (back,) = read(path)
    assert [(s.label, s.surface(back.text)) for s in back.spans] == [
        ("PER", "Ana"),
        ("LOC", "Roma."),
    ]


def test_udpos_writes_parts_of_speech_alone(tmp_path):
    path = one_file(tmp_path, [ner(label="anything")], "udpos")
    assert path == tmp_path / "udpos" / "train-pt.tsv"
    assert path.read_text() == "Ana\tPROPN\nviu\tVERB\nRoma\tPROPN\n.\tPUNCT\n\n"


@pytest.mark.parametrize(
    ("layout", "split", "name"),
    [
        ("xquad", "test", "xquad/xquad.pt.json"),
        ("xquad", "train", "squad/translate-train/squad.translate.train.en-pt.json"),
        ("mlqa", "train", "mlqa-translate-train/pt_squad-translate-train-train-v1.1.json"),
        ("mlqa", "dev", "MLQA_V1/dev/dev-context-pt-question-pt.json"),
    ],
)
def test_questions_are_squad_under_the_benchmarks_names(tmp_path, layout, split, name):
    path = one_file(tmp_path, [asked(0)], layout, split=split)
    assert path == tmp_path / name
    (article,) = json.loads(path.read_text())["data"]
    (paragraph,) = article["paragraphs"]
    assert paragraph["context"] == "Ana viu Roma."
    assert paragraph["qas"][0]["answers"] == [{"text": "Roma", "answer_start": 8}]


def test_xlsum_has_its_five_fields(tmp_path):
    doc = Document("d1", "Texto.", "pt", meta={"summary": "Resumo.", "title": "Título"})
    path = one_file(tmp_path, [doc], "xlsum", split="dev")
    assert path == tmp_path / "portuguese_val.jsonl"
    assert json.loads(path.read_text()) == {
        "id": "d1", "url": "", "title": "Título", "summary": "Resumo.", "text": "Texto.",
    }  # fmt: skip


def test_every_language_gets_its_file_and_other_files_stay(tmp_path):
    (tmp_path / "panx").mkdir()
    (tmp_path / "panx" / "train-de.tsv").write_text("mine")
    counts = write_layout([ner(), ner(lang="es"), ner()], str(tmp_path), "panx")
    assert {Path(path).name: n for path, n in counts.items()} == {
        "train-pt.tsv": 2,
        "train-es.tsv": 1,
    }
    assert (tmp_path / "panx" / "train-de.tsv").read_text() == "mine"
    with pytest.raises(UsageError, match="--force"):
        write_layout([ner()], str(tmp_path), "panx")
    assert write_layout([ner()], str(tmp_path), "panx", force=True)


def test_a_label_that_the_layout_does_not_have_is_an_error_and_leaves_no_file(tmp_path):
    with pytest.raises(UsageError, match=r"record 'd1': found the label 'MISC'.*--label-map MISC="):
        write_layout([ner(), ner("MISC")], str(tmp_path), "panx")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_labels_are_mapped_or_left_out_and_counted(tmp_path):
    path = one_file(tmp_path / "a", [ner("GPE")], "panx", label_map={"GPE": "LOC"})
    assert path.read_text().startswith("Ana\tB-LOC\n")
    notes = Notes()
    path = one_file(tmp_path / "b", [ner("MISC")], "panx", label_map={"MISC": "O"}, notes=notes)
    assert path.read_text().startswith("Ana\tO\n")
    assert notes.losses() == ["1 spans could not be held: 1 mapped to O (MISC)"]
    with pytest.raises(UsageError, match="found a label that panx does not have"):
        write_layout([], str(tmp_path), "panx", label_map={"MISC": "DATE"})


@pytest.mark.parametrize("label", ["PERSON", "person", "Pers"])
def test_spellings_of_the_same_label_need_no_map(tmp_path, label):
    assert "B-PER" in one_file(tmp_path, [ner(label)], "panx").read_text()


def test_parts_of_speech_are_checked_too(tmp_path):
    doc = Document("d1", "Ana", "pt", tokens=[(0, 3)], tags={"upos": ["NNP"]})
    with pytest.raises(UsageError, match="found the label 'NNP'"):
        write_layout([doc], str(tmp_path), "udpos")
    assert len(UPOS) == 17


@pytest.mark.parametrize(
    ("doc", "layout", "reason"),
    [
        (ner(lang=""), "panx", "missing_language"),
        (Document("d", "Ana", "pt"), "udpos", "missing_tags"),
        (Document("d", "Ana", "pt"), "xlsum", "missing_summary"),
    ],
)
def test_what_a_layout_needs_and_a_record_lacks_is_said(tmp_path, doc, layout, reason):
    with pytest.raises(DataError) as caught:
        write_layout([doc], str(tmp_path), layout)
    assert caught.value.reason == reason


def test_a_language_cannot_leave_the_folder(tmp_path):
    with pytest.raises(DataError, match="wanted a code"):
        write_layout([ner(lang="../x")], str(tmp_path / "in"), "panx")


def test_unknown_layouts_and_splits_name_what_there_is(tmp_path):
    with pytest.raises(UsageError, match="panx"):
        find_layout("panxx")
    with pytest.raises(UsageError, match=r"train, test"):
        write_layout([], str(tmp_path), "xquad", split="dev")


def test_every_layout_has_a_training_split():
    assert all("train" in layout.files and layout.summary for layout in LAYOUTS.values())
