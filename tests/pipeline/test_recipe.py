from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from projector.errors import UsageError
from projector.pipeline.check import check_recipe
from projector.pipeline.job import Job
from projector.pipeline.recipe import (
    Recipe,
    Resources,
    StageSpec,
    build_stage,
    configured,
    load_recipe,
    resolved,
    single,
)
from projector.pipeline.run.runner import run

pytestmark = pytest.mark.usefixtures("plugin")


@pytest.fixture
def recipe(tmp_path):
    def write(text: str, name: str = "r.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_recipe_is_read_and_resolved_with_every_default(recipe):
    loaded = load_recipe(
        recipe("input: in\noutput: ???\nstages:\n- mark\n- {stage: mark, value: b}\nworkers: 3\n")
    )
    assert resolved(loaded, check_recipe(loaded)) == {
        "input": "in",
        "output": "???",
        "workers": 3,
        "stages": [
            {"stage": "mark", "value": "marked", "seconds": 0.0, "file": "", "seed": 7},
            {"stage": "mark", "value": "b", "seconds": 0.0, "file": "", "seed": 7},
        ],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "stages: [mark]\ninptu: x\n",
            r"r\.yaml:2: no key is called 'inptu'; did you mean 'input'",
        ),
        (
            "stages:\n- mark\n- {stage: mark,\n   valu: 1}\n",
            r":3: the stage 'mark' has no option 'valu'; did you mean 'value'",
        ),
        ("stages: [marc]\n", r":1: no stage is called 'marc'; did you mean 'mark'"),
        ("stages: [{stage: mark, seconds: soon}]\n", r"mark\.seconds: expected `float`, got `str`"),
        ("stages: [{stage: mark, value: '???'}]\n", r"mark\.value: found \?\?\?"),
        ("stages: [{stage: translate, from: en}]\n", "'translate' wants 'to'"),
        ("stages: [{value: x}]\n", "wanted {stage: NAME"),
        ("stages: {mark: 1}\n", ":1: stages: wanted a list"),
        ("stages: []\n", "empty list of stages"),
        ("input: x\n", "found no 'stages'"),
        ("- mark\n", "found no mapping"),
        ("", "found no mapping"),
        ("stages: [mark\n", r"r\.yaml:2: found no valid YAML"),
        ("stages: [mark]\nstages: [mark]\n", ":2: found the key 'stages' a second time"),
        ("stages: [mark]\nlimit: many\n", ":2: limit: expected `int"),
        ("stages: [{stage: mark, resources: {gpus: 1}}]\n", "resources: "),
        ("stages: [!!python/object/apply:os.getcwd []]\n", "found no valid YAML"),
        ("stages: [mark]\n? [a]\n: b\n", "found no valid YAML|no plain word"),
        ("stages: [mark]\nextends: r.yaml\n", "extends itself"),
        ("stages: [mark]\nextends: none.yaml\n", "found no such recipe"),
    ],
)
def test_a_mistake_in_a_recipe_is_named_with_its_line(recipe, text, message):
    with pytest.raises(UsageError, match=message):
        check_recipe(load_recipe(recipe(text)))


BOMB = "a: &a [x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise("abcdefghij")
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [{', '.join([f'*{old}'] * 9)}]}}\n" for old, new in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB + "stages: [mark]\n", "more than 20,000 values"),
        (MERGES + "stages: [mark]\n", "more than 20,000 values"),
        ("stages: &s [mark, *s]\n", "more than 40 deep"),
        ("stages: " + "[" * 60 + "]" * 60 + "\n", "more than 40 deep"),
        ("stages: " + "[" * 50_000 + "]" * 50_000 + "\n", "more than 40 deep|no valid YAML"),
        ("stages:\n" + "- mark\n" * 3000, "found 3000 stages, wanted at most 200"),
        ("# " + "x" * 200_000 + "\nstages: [mark]\n", "more than 200,000 bytes"),
        ("stages: [mark]\n1: x\n", ":2: found the key '1' that is no plain word"),
        ("stages: [mark]\non: x\n", ":2: found the key 'on' that is no plain word"),
        ("stages: [mark]\nnull: x\n", "that is no plain word"),
        ("stages: [mark]\n2026-11-24: x\n", "that is no plain word"),
        ("stages: [{stage: mark, file: {1: x}}]\n", "that is no plain word"),
        ("stages: [mark]\n? {a: b}\n: c\n", "no valid YAML|no plain word"),
        ("stages: [mark]\nworkers: 0\n", ":2: workers: expected `int` >= 1"),
        ("stages: [mark]\nworkers: -1\n", ":2: workers: expected `int` >= 1"),
        ("stages: [mark]\nworkers: 1e29\n", ":2: workers: expected `int"),
        ("stages: [mark]\nworkers: 1.0e+29\n", ":2: workers: expected `int"),
        (f"stages: [mark]\nworkers: {10**29}\n", "more than 64 bits"),
        ("stages: [mark]\nworkers: 5000\n", ":2: workers: expected `int` <= 1024"),
        ("stages: [mark]\nlimit: -5\n", ":2: limit: expected `int` >= 0"),
        ("stages: [mark]\nblock_size: 0\n", ":2: block_size: expected `int` >= 1"),
        ("stages: [mark]\nmax_errors: -1\n", ":2: max_errors: expected `int` >= 0"),
        ("stages: [mark]\non_error: perhaps\n", ":2: on_error: invalid enum value 'perhaps'"),
        ("stages: [{stage: mark, seconds: .nan}]\n", "found nan, wanted a finite number"),
        ("stages: [{stage: mark, seconds: .inf}]\n", "found inf, wanted a finite number"),
        ("stages: [{stage: mark, value: 2026-11-24}]\nextends: 5\n", "wanted the name of a recipe"),
        ("stages: [{stage: mark, resources: {num_cpus: -1}}]\n", "resources: "),
        ("stages: [{stage: mark, resources: {workers: 0}}]\n", "resources: "),
        ("stages: [mark]\nextends: /dev/zero\n", "/dev/zero: found no plain file"),
        ("stages: [mark]\nextends: .\n", "found no plain file"),
        ("stages: [5, [mark], null]\n", "found 5, wanted {stage: NAME"),
        ("\x00", "no valid YAML|cannot be read"),
        ("stages: [mark]\n---\nstages: [mark]\n", "no valid YAML"),
    ],
)
def test_a_hostile_recipe_is_refused_at_once(recipe, text, message):
    start = time.monotonic()
    with pytest.raises(UsageError, match=message):
        check_recipe(load_recipe(recipe(text)))
    assert time.monotonic() - start < 20


def test_a_recipe_that_has_no_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="/dev/zero: found more than 200,000 bytes"):
        load_recipe("/dev/zero")
    for n in range(30):
        (tmp_path / f"{n}.yaml").write_text(f"extends: {n + 1}.yaml\nstages: [mark]\n")
    with pytest.raises(UsageError, match="more than 20 recipes that extend one another"):
        load_recipe(tmp_path / "0.yaml")


def test_odd_entries_do_not_confuse_a_recipe_that_extends_another(recipe):
    recipe("stages: [{value: x}, mark]\n", "base.yaml")
    child = recipe("extends: base.yaml\nstages: [7, {value: y}]\n", "child.yaml")
    with pytest.raises(UsageError, match=r"wanted {stage: NAME"):
        load_recipe(child)


def test_a_little_of_yamls_comfort_stays(recipe):
    text = "x: &x {seconds: 0.5}\nstages: [{stage: mark, <<: *x, value: 2026-11-24}]\n"
    with pytest.raises(UsageError, match="no key is called 'x'"):
        load_recipe(recipe(text))
    loaded = load_recipe(recipe("stages: [&m {stage: mark, value: 2026-11-24}, *m]\n"))
    assert [s.options for s in loaded.stages] == [{"value": "2026-11-24"}] * 2


def test_a_number_out_of_bounds_is_refused_by_the_library_too(documents, tmp_path):
    for wrong in ({"workers": 0}, {"workers": 10**6}, {"block_size": 0}, {"limit": -5}):
        with pytest.raises(UsageError, match=f"--{next(iter(wrong)).replace('_', '-')}: expected"):
            run(
                Recipe(stages=[StageSpec(stage="mark")]),
                input=str(documents(["a"])),
                output=str(tmp_path / "out.jsonl"),
                job=Job(**wrong),
            )


def test_a_recipe_that_extends_another_changes_its_stages_by_name(recipe):
    recipe("input: a\nlimit: 5\nstages: [mark, {stage: total, reject_over: 4}]\n", "base.yaml")
    child = (
        "extends: base.yaml\ninput: b\nstages:\n- {stage: total, reject_over: 9}\n- kept-total\n"
    )
    loaded = load_recipe(recipe(child, "child.yaml"))
    assert (loaded.input, loaded.limit) == ("b", 5)
    assert [(s.stage, s.options) for s in loaded.stages] == [
        ("mark", {}),
        ("total", {"reject_over": 9}),
        ("kept-total", {}),
    ]
    assert loaded.stages[1].where.endswith("child.yaml:4")
    grandchild = "extends: child.yaml\nstages: [{stage: mark, vlaue: x}]\n"
    with pytest.raises(UsageError, match=r"grandchild\.yaml:2: .*'vlaue'"):
        check_recipe(load_recipe(recipe(grandchild, "grandchild.yaml")))


def test_resources_belong_to_the_stage_and_not_to_its_options(recipe):
    text = "stages: [{stage: mark, resources: {num_gpus: 0.5, workers: 2}}]\n"
    (spec,) = load_recipe(recipe(text)).stages
    assert spec.resources == Resources(num_gpus=0.5, workers=2)
    assert spec.options == {}


def test_a_single_stage_recipe_leaves_unset_options_to_their_defaults():
    built = single("mark", {"value": None, "file": "", "seed": 3}, input="x")
    assert built.stages[0].options == {"file": "", "seed": 3}
    assert configured(built.stages[0]).options.value == "marked"
    assert build_stage(built.stages[0]).options.seed == 3


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (["align", "translate"], "'translate', needs 'document'"),
        (["translate", "translate"], "'translate', needs 'document'"),
    ],
)
def test_a_chain_in_which_a_stage_lacks_what_it_needs_is_refused(stages, message):
    specs = [
        StageSpec(stage=name, options={"to": "es"} if name == "translate" else {})
        for name in stages
    ]
    with pytest.raises(UsageError, match=message):
        check_recipe(Recipe(stages=specs))


def test_a_sound_chain_passes():
    specs = [StageSpec(stage="translate", options={"to": "es"})]
    specs += [StageSpec(stage=name) for name in ("align", "project")]
    check_recipe(Recipe(stages=specs))
    check_recipe(Recipe(stages=specs[2:]))


def test_the_recipes_that_we_ship_pass_their_own_check():
    folder = Path(__file__).parents[2] / "recipes"
    found = sorted(folder.glob("*.yaml"))
    assert found
    for path in found:
        check_recipe(load_recipe(path))
