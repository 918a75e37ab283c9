"""The probe: silver that trains, silver that does not, and what it compares with."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import DataError
from projector.io.jsonl import write_records
from projector.quality import probe as probing
from projector.quality.crf_tagger import features, shape
from projector.records import Document, Pair, Span

pytest.importorskip("pycrfsuite")
pytest.importorskip("seqeval")

NAMES = "Ana Berta Carlos Diego Elena Felipe Gloria Hugo".split()
TOWNS = "Lima Quito Madrid Sevilla Bogotá Oruro".split()


def docs(count: int, seed: int, *, wrong: bool = False, lang: str = "es") -> list[Document]:
    draw = random.Random(seed)
    found = []
    for n in range(count):
        name, town = draw.choice(NAMES), draw.choice(TOWNS)
        verb, place = ("vive", "en") if lang == "es" else ("lives", "in")
        text = f"{name} {verb} {place} {town} ."
        at = text.index(town)
        labels = draw.sample(["PER", "LOC", "ORG"], 2) if wrong else ["PER", "LOC"]
        found.append(
            Document(f"d{n}", text, lang, spans=[
                Span("a", 0, len(name), labels[0], score=0.9),
                Span("b", at, at + len(town), labels[1], score=0.4),
            ])
        )  # fmt: skip
    return found


def test_good_silver_trains_and_random_labels_do_not() -> None:
    gold = docs(30, 1)
    good = probing.probe(docs(60, 2), gold).rows[0]
    bad = probing.probe(docs(60, 2, wrong=True), gold).rows[0]
    assert good.main > 95
    assert bad.main < 70


def test_comparisons_curve_and_sweep() -> None:
    result = probing.probe(
        docs(40, 2), docs(30, 1), gold_train=docs(40, 3), source=docs(40, 4, lang="en"),
        curve=True, sweep=True,
    )  # fmt: skip
    assert [r.train for r in result.rows] == ["silver", "gold", "source only"]
    assert [r.sentences for r in result.curve] == [4, 10, 20, 40]
    # Every town scores 0.4: above that only the names are left, and half of the gold is lost.
    by_least = {r.train: r for r in result.sweep}
    assert by_least[">= 0.5"].recall == pytest.approx(50, abs=3)
    assert by_least[">= 0"].recall is not None
    assert by_least[">= 0"].recall > 90


def test_tag_layers() -> None:
    tagged = [
        Document("d", "dogs run", "en", tokens=[(0, 4), (5, 8)], tags={"upos": ["NOUN", "VERB"]}),
        Document("e", "cats eat", "en", tokens=[(0, 4), (5, 8)], tags={"upos": ["NOUN", "_"]}),
    ]
    result = probing.probe(tagged, tagged[:1], layer="upos")
    assert result.rows[0].accuracy == 100
    with pytest.raises(DataError, match="xpos"):
        probing.probe(tagged, tagged, layer="xpos")


def test_nothing_to_learn_is_an_error() -> None:
    with pytest.raises(DataError, match="train"):
        probing.probe([Document("d", "nothing here", "en")], docs(3, 1))


def test_features_see_shape_and_neighbours() -> None:
    assert shape("Berlin-2a") == "Xx-0x"
    rows = features(["In", "Lima"])
    assert "bos" in rows[0]
    assert "+1:w=lima" in rows[0]
    assert "eos" in rows[1]


def test_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silver, gold, picture = tmp_path / "s.jsonl", tmp_path / "g.jsonl", tmp_path / "p.png"
    pairs = [Pair(t.id, s, t) for s, t in zip(docs(30, 4, lang="en"), docs(30, 5), strict=True)]
    write_records(pairs, silver)
    write_records(docs(20, 6), gold)
    code = main(
        [
            "probe",
            str(silver),
            "--gold",
            str(gold),
            "--source-only",
            "--json",
            "--plot",
            str(picture),
        ]
    )
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert [r["train"] for r in found["rows"]] == ["silver", "source only"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert main(["probe", str(gold), "--gold", str(gold), "--source-only"]) == 2
    assert main(["probe", str(gold)]) == 2
