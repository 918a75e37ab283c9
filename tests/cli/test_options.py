from __future__ import annotations

import msgspec
import pytest
import yaml

from projector.cli.main import main
from projector.cli.options import JOB_OPTIONS, settings, split_list, takes_job
from projector.cli.run import with_recipe
from projector.errors import UsageError
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe


def test_settings_are_plain_yaml_values():
    given = ["beam=4", "device=cpu", "names=[a, b]", "empty=", "x=a=b", "on=true"]
    assert settings(given) == {
        "beam": 4,
        "device": "cpu",
        "names": ["a", "b"],
        "empty": "",
        "x": "a=b",
        "on": True,
    }
    assert settings(None) == {}
    for wrong in ("beam", "=4", "x=[a"):
        with pytest.raises(UsageError, match="--set"):
            settings([wrong])


def test_lists_may_be_given_with_commas_or_one_by_one():
    assert split_list(["a,b", "c", ""]) == ["a", "b", "c"]


def test_values_that_a_record_could_not_hold_are_refused():
    for wrong in ("x=.nan", "x=[.inf]", "x={1: a}", "x=99999999999999999999999"):
        with pytest.raises(UsageError, match="--set"):
            settings([wrong])
    assert settings(["day=2026-11-24"]) == {"day": "2026-11-24"}


def test_every_field_of_a_job_is_an_option():
    assert list(JOB_OPTIONS) == list(Job.__struct_fields__)


def test_a_command_gets_the_job_in_one_piece():
    @takes_job
    def command(input: str = "-", *, job: Job) -> tuple[str, Job]:
        return input, job

    values = {f.name: f.default for f in msgspec.structs.fields(Job)}
    assert command(input="x", **{**values, "workers": 3}) == ("x", Job(workers=3))


def test_the_command_line_goes_over_the_recipe():
    recipe = Recipe(stages=[], workers=4, limit=9, on_error="skip")
    assert with_recipe(Job(), recipe, ()) == Job(workers=4, limit=9, on_error="skip")
    assert with_recipe(Job(workers=2, limit=1), recipe, ("workers", "limit")).workers == 2


def test_what_is_typed_wins_also_where_it_is_the_default(tmp_path, monkeypatch, capsys):
    """``--workers 1 --on-error fail`` is a wish, not the absence of one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.yaml").write_text(
        "stages: [{stage: filter, copies: true}]\nworkers: 7\non_error: skip\nblock_size: 3\n"
    )
    jobs: list[Job] = []
    monkeypatch.setattr("projector.cli.run.run_recipe", lambda recipe, job: jobs.append(job))
    assert main(["run", "r.yaml", "--workers", "1", "--on-error", "fail"]) == 0
    assert jobs == [Job(workers=1, on_error="fail", block_size=3)]


def test_options_of_a_recipes_stages_are_set_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"text": "x"}\n')
    (tmp_path / "r.yaml").write_text(
        "input: in.jsonl\nstages:\n- {stage: translate, from: en, to: '???'}\n- align\n- project\n"
    )
    words = ["run", "r.yaml", "--dry-run", "--to", "ca", "--set", "project.min_score=0.25"]
    assert main([*words, "--set", "align.options.iterations=3"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)["stages"]
    assert (shown[0]["to"], shown[0]["from"]) == ("ca", "en")
    assert (shown[1]["options"], shown[2]["min_score"]) == ({"iterations": 3}, 0.25)
    assert main(["run", "r.yaml", "--dry-run", "--set", "translate.to=gl"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["stages"][0]["to"] == "gl"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "translat.to=ca"], "no stage 'translat'; did you mean 'translate'"),
        (["--set", "translate.too=ca"], "has no option 'too'; did you mean 'to'"),
        (["--set", "to=ca"], "wanted STAGE.OPTION=VALUE"),
        (["--set", "translate..to=ca"], "wanted STAGE.OPTION=VALUE"),
        (["--set", "project.min_score=many"], "min_score: expected `float`"),
    ],
)
def test_a_mistake_in_an_override_is_named(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.yaml").write_text("stages:\n- {stage: translate, to: es}\n- align\n- project\n")
    assert main(["run", "r.yaml", "--dry-run", *words]) == 2
    assert message in capsys.readouterr().err
