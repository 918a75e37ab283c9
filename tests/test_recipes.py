"""Every recipe runs on its sample and makes what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from projector.cli.pair import pair as join_bitext
from projector.io.jsonl import read_records, write_records
from projector.pipeline.check import check_recipe
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, load_recipe
from projector.pipeline.run.runner import run
from projector.records import Document, Pair

ROOT = Path(__file__).parent.parent
RECIPES = sorted(path.stem for path in (ROOT / "recipes").glob("*.yaml"))
SAMPLE = {
    "ner": "ner", "opinion_targets": "ner", "arguments": "arguments", "slots": "slots",
    "events": "events", "coreference": "subtitles.en-es", "triples": "triples", "pos": "pos",
    "squad": "qa", "topics": "topics", "nli": "nli", "backtranslation": "topics",
    "codeswitch": "ner",
}  # fmt: skip


def made(name: str, tmp_path: Path, source: Path | None = None) -> list[Document | Pair]:
    recipe = load_recipe(ROOT / "recipes" / f"{name}.yaml")
    return run_on(recipe, source or ROOT / "samples" / f"{SAMPLE[name]}.jsonl", tmp_path)


def run_on(recipe: Recipe, source: Path, tmp_path: Path) -> list[Document | Pair]:
    check_recipe(recipe)
    out = tmp_path / "out.jsonl"
    summary = run(recipe, input=str(source), output=str(out), job=Job(on_error="skip"))
    assert summary.records == summary.written + summary.rejected
    return list(read_records(out))


def pairs(records: list[Document | Pair]) -> list[Pair]:
    assert records
    assert all(isinstance(r, Pair) for r in records)
    return [r for r in records if isinstance(r, Pair)]


def share_projected(found: list[Pair]) -> float:
    spans = sum(len(p.source.spans) for p in found)
    return sum(len(p.target.spans) for p in found) / spans


def test_every_recipe_says_what_it_is_for() -> None:
    for name in RECIPES:
        text = (ROOT / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")
        assert text.startswith("#"), name
        assert load_recipe(ROOT / "recipes" / f"{name}.yaml").documentation, name
        assert len(text.splitlines()) < 30, name


CHECKS: dict[str, Callable[[list[Document | Pair]], bool]] = {
    "ner": lambda r: share_projected(pairs(r)) > 0.9,
    "opinion_targets": lambda r: all(
        s.score is not None and s.score >= 0.5 for p in pairs(r) for s in p.target.spans
    ),
    "arguments": lambda r: sum(len(p.target.relations) for p in pairs(r)) >= 25,
    "slots": lambda r: all(p.target.labels == p.source.labels for p in pairs(r)),
    "events": lambda r: sum(len(p.target.relations) for p in pairs(r)) > 40,
    "coreference": lambda r: sum(len(p.target.clusters) for p in pairs(r)) >= 5,
    "triples": lambda r: share_projected(pairs(r)) > 0.9,
    "pos": lambda r: all(
        len(p.target.tags["upos"]) == len(p.target.tokens or ()) for p in pairs(r)
    ),
    "squad": lambda r: (
        sum(bool(q.answers) for p in pairs(r) for q in p.target.questions) > 40
        and any(q.is_impossible for p in pairs(r) for q in p.target.questions)
    ),
    "topics": lambda r: all(p.target.labels["topic"] for p in pairs(r)),
    "nli": lambda r: all(
        "\n" not in p.target.text and p.target.meta["hypothesis"] != p.source.meta["hypothesis"]
        for p in pairs(r)
    ),
    "backtranslation": lambda r: all(
        p.source.lang == "en" and p.source.labels["topic"] for p in pairs(r)
    ),
    "codeswitch": lambda r: (
        all(
            isinstance(d, Document) and all(s.text == s.surface(d.text) for s in d.spans) for d in r
        )
        and sum(len(d.meta["switched"]["tokens"]) for d in r if isinstance(d, Document)) > 20
    ),
}


@pytest.mark.apertium
@pytest.mark.parametrize("name", sorted(SAMPLE))
def test_a_recipe_on_its_sample(name: str, tmp_path: Path) -> None:
    assert CHECKS[name](made(name, tmp_path))


@pytest.mark.apertium
def test_paxqa_from_a_parallel_corpus(tmp_path: Path) -> None:
    source = tmp_path / "pairs.jsonl"
    join_bitext(str(ROOT / "samples" / "parallel.en-es.tsv"), "", str(source),
                source_lang="en", target_lang="es")  # fmt: skip
    found = pairs(made("paxqa", tmp_path, source))
    ways = {
        (q.lang, doc.lang) for p in found for doc in (p.source, p.target) for q in doc.questions
    }
    assert ways == {("en", "en"), ("en", "es"), ("es", "en"), ("es", "es")}


@pytest.mark.apertium
def test_translate_test_with_a_local_pipeline(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "LOC", "pattern": "Madrid"}, {"label": "PER", "pattern": "Ana"}])
    pipeline.to_disk(tmp_path / "pipeline")
    recipe = load_recipe(ROOT / "recipes" / "translate_test.yaml")
    next(s for s in recipe.stages if s.stage == "annotate").options["model"] = str(
        tmp_path / "pipeline"
    )
    source = tmp_path / "es.jsonl"
    write_records([Document("a", "Ana vive en Madrid.", "es")], source)
    (pair,) = pairs(run_on(recipe, source, tmp_path))
    assert pair.target.lang == "es"
    assert {(s.text, s.label) for s in pair.target.spans} == {("Ana", "PER"), ("Madrid", "LOC")}


def test_no_recipe_is_left_untried() -> None:
    assert set(RECIPES) == {*SAMPLE, "paxqa", "translate_test"}
