from __future__ import annotations

import msgspec
import pytest

from projector.cli.options import RunOptions, settings, split_list, takes_run_options
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


def test_the_bundle_has_every_option_of_a_job():
    names = set(Job.__struct_fields__)
    assert names == set(RunOptions.__struct_fields__) - {"dry_run"}
    assert Job() == Job(**{n: getattr(RunOptions(), n) for n in names})


def test_a_command_gets_the_bundle_in_one_piece():
    @takes_run_options
    def command(input: str = "-", *, job: RunOptions) -> tuple[str, RunOptions]:
        return input, job

    values = {f.name: f.default for f in msgspec.structs.fields(RunOptions)}
    assert command(input="x", **{**values, "workers": 3}) == ("x", RunOptions(workers=3))


def test_the_command_line_goes_over_the_recipe():
    recipe = Recipe(stages=[], workers=4, limit=9, on_error="skip")
    assert with_recipe(RunOptions(), recipe) == RunOptions(workers=4, limit=9, on_error="skip")
    assert with_recipe(RunOptions(workers=2, limit=1), recipe).workers == 2
