"""Tags of new text by a tagger that was trained on projected ones."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from projector.annotation.stage import AnnotateOptions, AnnotateStage
from projector.cli.main import main
from projector.errors import EngineError, UsageError
from projector.io.jsonl import write_records
from projector.models.hmm_tagger import HmmTagger
from projector.records import Document, Pair

ROWS = [("el perro corre .", "DET NOUN VERB PUNCT"), ("la gata duerme .", "DET NOUN VERB PUNCT"),
        ("¿ duerme el gato ?", "PUNCT VERB DET NOUN PUNCT")]  # fmt: skip


def silver() -> list[Document]:
    made = []
    for n, (text, tags) in enumerate(ROWS * 4):
        ends = [0]
        for word in text.split():
            ends.append(ends[-1] + len(word) + 1)
        tokens = [(a, b - 1) for a, b in pairwise(ends)]
        made.append(Document(str(n), text, "es", tokens=tokens, tags={"upos": tags.split()}))
    return made


def saved(folder: Path, layer: str = "upos", lang: str = "es") -> str:
    tagger = HmmTagger(layer, lang)
    tagger.fit([d.words() for d in silver()], [d.tags["upos"] for d in silver()])
    tagger.save(str(folder / "es.tagger"))
    return str(folder / "es.tagger")


def stage(model: str, **options: object) -> AnnotateStage:
    given = {"engine": "hmm-tagger", "model": model, **options}
    return AnnotateStage(msgspec.convert(given, AnnotateOptions))


def test_new_text_gets_tokens_and_tags(tmp_path: Path) -> None:
    found = stage(saved(tmp_path)).process([Document("x", "La gata corre. ¡Duerme!", "es")])[0]
    assert found.words() == ["La", "gata", "corre", ".", "¡", "Duerme", "!"]
    assert found.tags["upos"] == ["DET", "NOUN", "VERB", "PUNCT", "PUNCT", "VERB", "PUNCT"]


def test_given_tokens_stay_and_sentences_are_tagged_apart(tmp_path: Path) -> None:
    annotate = stage(saved(tmp_path), layers=["tokens", "pos", "sentences"])
    one, two = "El perro corre.", "La gata duerme."
    document = Document("x", f"{one} {two}", "es")
    found = annotate.process([document])[0]
    apart = [annotate.process([Document("x", text, "es")])[0].tags["upos"] for text in (one, two)]
    assert found.tags["upos"] == [*apart[0], *apart[1]]
    assert found.meta["sentences"] == [[0, 15], [16, 31]]
    cut = Document("x", "El perro corre.", "es", tokens=[(0, 8), (9, 15)])
    assert annotate.process([cut])[0].tokens == cut.tokens


def test_mistakes_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--model FILE"):
        stage("")
    with pytest.raises(EngineError, match="trained on 'es', found text in 'fr'"):
        stage(saved(tmp_path)).process([Document("x", "Le chien.", "fr")])
    (tmp_path / "other").mkdir()
    with pytest.raises(EngineError, match="layer 'xpos'"):
        stage(saved(tmp_path / "other", "xpos"))


def test_from_silver_to_tagged_text_by_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    pairs = [Pair(d.id, Document(d.id, "x", "en"), d) for d in silver()]
    write_records(pairs, tmp_path / "silver.jsonl")
    (tmp_path / "new.jsonl").write_text('{"id": "n", "text": "El gato corre.", "lang": "es"}\n')
    files = [
        str(tmp_path / name) for name in ("silver.jsonl", "es.tagger", "new.jsonl", "out.jsonl")
    ]
    assert main(["probe", files[0], "--layer", "upos", "--save", files[1]]) == 0
    assert main(["probe", files[0], "--layer", "upos", "--save", files[1]]) == 2
    assert main(["probe", files[0], "--save", files[1], "--force"]) == 2
    command = ["annotate", files[2], "--engine", "hmm-tagger", "--model", files[1], "-o", files[3]]
    assert main(command) == 0
    assert json.loads(Path(files[3]).read_text())["tags"]["upos"] == [
        "DET",
        "NOUN",
        "VERB",
        "PUNCT",
    ]
