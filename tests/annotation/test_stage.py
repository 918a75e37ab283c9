"""The stage annotate: what is found is added, what was there stays."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from projector.annotation.stage import AnnotateOptions, AnnotateStage
from projector.errors import EngineError, UsageError
from projector.records import Document, Pair, Span
from projector.stage import Rejected

spacy = pytest.importorskip("spacy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("entity_ruler").add_patterns(
        [{"label": "PER", "pattern": "Obama"}, {"label": "LOC", "pattern": "Berlin"}]
    )
    path = tmp_path_factory.mktemp("spacy") / "model"
    pipeline.to_disk(path)
    return str(path)


def stage(**options: object) -> AnnotateStage:
    return AnnotateStage(msgspec.convert(options, AnnotateOptions))


def found(document: Document) -> list[tuple[str, str, str]]:
    return [(s.id, s.surface(document.text), s.label) for s in document.spans]


def test_entities_and_tokens_are_added_to_a_bare_document(folder: str) -> None:
    made = stage(model=folder).process([Document("d", "Obama in Berlin.", "en")])[0]
    assert found(made) == [("e0", "Obama", "PER"), ("e1", "Berlin", "LOC")]
    assert made.words() == ["Obama", "in", "Berlin", "."]
    assert made.tags == {} and made.meta == {}


def test_what_the_record_says_already_stays(folder: str) -> None:
    document = Document(
        "d", "Obama in Berlin.", "en", tokens=[(0, 5), (6, 16)], tags={"upos": ["A", "B"]},
        spans=[Span("e0", 0, 8, "X"), Span("p", 0, 5, "PER")], meta={"source": "book"},
    )  # fmt: skip
    made = stage(model=folder, layers=["tokens", "entities", "sentences"]).process([document])[0]
    assert made.tokens == document.tokens and made.tags == document.tags
    assert found(made) == [("e0", "Obama in", "X"), ("p", "Obama", "PER")]  # PER was there
    assert made.meta == {"source": "book", "sentences": [[0, 16]]}


def test_ids_are_new_and_only_wanted_labels_are_added(folder: str) -> None:
    document = Document("d", "Obama in Berlin.", "en", spans=[Span("e0", 6, 8, "X")])
    made = stage(model=folder, labels=["LOC"]).process([document])[0]
    assert found(made) == [("e0", "in", "X"), ("e1", "Berlin", "LOC")]


def test_pairs_get_it_on_the_side_that_is_named_with_a_step(folder: str) -> None:
    pair = Pair(
        "d", Document("d", "Obama in Berlin.", "en"), Document("d", "Obama en Berlin.", "en")
    )
    made = stage(model=folder, side="target").process([pair])[0]
    assert made.source == pair.source
    assert [s.label for s in made.target.spans] == ["PER", "LOC"]
    assert made.steps[-1].stage == "annotate" and made.steps[-1].model == folder


def test_a_record_without_a_language_is_rejected_and_empty_ones_pass(folder: str) -> None:
    documents = [Document("a", "Obama."), Document("b", " ", "en"), Document("c", "Berlin.", "en")]
    rejected, empty, made = stage(model=folder).process(documents)
    assert isinstance(rejected, Rejected) and rejected.reason == "no_language"
    assert empty == documents[1]
    assert [s.label for s in made.spans] == ["LOC"]
    assert stage(model=folder, lang="en").process(documents[:1])[0].lang == "en"


def test_a_layer_that_the_pipeline_lacks_is_an_error_naming_what_it_has(folder: str) -> None:
    document = Document("d", "Obama.", "en")
    with pytest.raises(
        EngineError, match=r"gives no chunks for 'en', only tokens, sentences, entities"
    ):
        stage(model=folder, layers=["chunks"]).process([document])
    with pytest.raises(EngineError, match=r"without a model gives no entities.*--model"):
        stage(layers=["entities"]).process([Document("d", "Obama.", "fi")])
    with pytest.raises(UsageError, match=r"no layer is called 'entites'.*'entities'"):
        stage(layers=["entites"])


def test_batches_of_mixed_languages_keep_their_order(folder: str) -> None:
    documents = [Document(str(n), f"Obama {n}.", "en" if n % 2 else "es") for n in range(6)]
    annotate = stage(layers=["tokens"])
    together = annotate.process(documents)
    assert together == [annotate.process([document])[0] for document in documents]
    assert [d.id for d in together] == [d.id for d in documents]


def test_the_command_writes_annotated_lines(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    from projector.cli.main import main

    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "d", "lang": "en", "text": "Obama in Berlin."}) + "\n")
    assert (
        main(["annotate", str(source), "--model", folder, "-o", str(tmp_path / "out.jsonl")]) == 0
    )
    line = json.loads((tmp_path / "out.jsonl").read_text())
    assert [s["label"] for s in line["spans"]] == ["PER", "LOC"]
    capsys.readouterr()
    wrong = ["annotate", str(source), "--model", "no_such_model", "-o", str(tmp_path / "x.jsonl")]
    assert main(wrong) == 4
    assert "spacy download no_such_model" in capsys.readouterr().err


def test_it_may_stand_before_translation_and_after_it() -> None:
    from projector.pipeline.check import check_recipe
    from projector.pipeline.recipe import Recipe, StageSpec

    translate = StageSpec(stage="translate", options={"to": "es"})
    annotate, align = StageSpec(stage="annotate"), StageSpec(stage="align")
    other = StageSpec(stage="annotate", options={"side": "target"})
    for stages in ([annotate, translate, align], [translate, other, align], [other, align]):
        check_recipe(Recipe(stages=stages))
