from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import UsageError
from projector.pipeline.check import check_recipe
from projector.pipeline.recipe import (
    Recipe,
    Resources,
    StageSpec,
    build_stage,
    load_recipe,
    single,
    stage_options,
)

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
    assert loaded.resolved() == {
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
    assert stage_options(built.stages[0]).value == "marked"
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
