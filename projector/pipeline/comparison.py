"""Methods side by side: every combination of alternatives, run once, with what came of it.

The file::

    input: in.jsonl
    steps:
      - [{stage: translate, to: es, engine: apertium}, {stage: translate, to: es, engine: llm}]
      - [{stage: align, engine: hmm}, {stage: align, engine: auto}]
      - [{stage: project, method: match}, {as: ours, stage: project, method: match+markers, ...}]

``as`` names an alternative in the table; without it the table shows what tells it from the others.
Combinations that begin alike share their beginning: each step's output is a file of its own, and
one that is there already from the same options is not made again. A combination that an engine
cannot do (no such language, no model, a server that is down) keeps its place with what it said;
the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Annotated, cast

from msgspec import Meta, Struct, field

from projector.errors import ProjectorError, UsageError
from projector.io.yaml_files import read_yaml
from projector.json_values import JsonObject
from projector.pipeline.check import check_recipe
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run
from projector.pipeline.run.shards import BESIDE
from projector.pipeline.run.summary import Summary

Alternatives = Annotated[list[JsonObject], Meta(min_length=1)]
MOST = 500  # combinations


class Grid(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See the module's docstring; each step is a list of stages to choose from."""

    input: str
    steps: Annotated[list[Alternatives], Meta(min_length=1)]


class Combination(Struct, frozen=True):
    """One way through the grid, and its numbers.

    Attributes:
        choices: the alternative of each step, in words.
        output: the file of records.
        records, written: of the input, and of the output.
        spans, projected: source spans, and those that reached the target.
        seconds: of all of its stages; cost: what they spent (tokens, money, ...).
        error: why it did not get to its end, "" if it did.
    """

    choices: list[str]
    output: str
    records: int
    written: int
    spans: int
    projected: int
    seconds: float
    cost: dict[str, float] = field(default_factory=dict)
    error: str = ""


def read_grid(path: str | Path) -> Grid:
    """A grid from its file.

    Raises:
        UsageError: it cannot be read, an alternative names no stage, or there are too many ways.
    """
    grid = read_yaml(path, Grid, "a grid")
    ways = 1
    for n, step in enumerate(grid.steps):
        ways *= len(step)
        for m, alternative in enumerate(step):
            if not isinstance(alternative.get("stage"), str):
                raise UsageError(f"{path}: steps[{n}][{m}]: found no 'stage', wanted its name")
    if ways > MOST:
        raise UsageError(f"{path}: found {ways} combinations, wanted {MOST} at most")
    return grid


def run_grid(
    grid: Grid,
    folder: str | Path,
    say: Callable[[str], None] = lambda text: None,
    *,
    force: bool = False,
) -> list[Combination]:
    """Run all combinations, what is missing of them (all of it with ``force``); files go to
    ``folder``.

    Raises:
        UsageError: a combination that cannot work (said before anything runs), or a file in
            the folder that comes from other options.
    """
    ways = list(product(*(range(len(step)) for step in grid.steps)))
    for way in ways:
        specs = [_spec(grid, way[: n + 1]) for n in range(len(way))]
        check_recipe(Recipe(stages=specs, input=grid.input))
    Path(folder).mkdir(parents=True, exist_ok=True)
    done: dict[tuple[int, ...], Summary | ProjectorError] = {}
    combinations = []
    for way in ways:
        summaries: list[Summary] = []
        error = ""
        for length in range(1, len(way) + 1):
            prefix = way[:length]
            if prefix not in done:
                say(f"{_file(folder, prefix)}: {_words(grid, prefix)[-1]}")
                done[prefix] = _run_step(grid, folder, prefix, force)
            made = done[prefix]
            if isinstance(made, ProjectorError):
                error = str(made)
                break
            summaries.append(made)
        combinations.append(_combination(grid, folder, way, summaries, error))
    return combinations


def outputs_of(grid: Grid, folder: str | Path) -> list[str]:
    """Every file that `run_grid` writes."""
    counts = [range(len(step)) for step in grid.steps]
    prefixes = (way for n in range(1, len(counts) + 1) for way in product(*counts[:n]))
    files = [_file(folder, prefix) for prefix in prefixes]
    return files + [f"{file}.{suffix}" for file in files for suffix in BESIDE]


def _spec(grid: Grid, prefix: tuple[int, ...]) -> StageSpec:
    """The stage that the last step of a way has chosen."""
    options = dict(grid.steps[len(prefix) - 1][prefix[-1]])
    options.pop("as", None)
    name = cast(str, options.pop("stage"))
    return StageSpec(stage=name, options=options, where=f"steps[{len(prefix) - 1}][{prefix[-1]}]")


def _run_step(
    grid: Grid, folder: str | Path, prefix: tuple[int, ...], force: bool
) -> Summary | ProjectorError:
    """One stage from file to file; what its engine or the data have against it is a result."""
    spec = _spec(grid, prefix)
    source = _file(folder, prefix[:-1]) if len(prefix) > 1 else grid.input
    recipe = Recipe(stages=[spec], input=source, output=_file(folder, prefix), name=spec.stage)
    try:
        return run(recipe, job=Job(resume=not force, force=force, on_error="skip"))
    except UsageError:
        raise
    except ProjectorError as error:
        return error


def _file(folder: str | Path, prefix: tuple[int, ...]) -> str:
    return str(Path(folder) / f"{'-'.join(map(str, prefix))}.jsonl")


def _words(grid: Grid, way: tuple[int, ...]) -> list[str]:
    """The alternatives chosen, each by what tells it from the others of its step."""
    words = []
    for step, chosen in zip(grid.steps, way, strict=False):
        options = step[chosen]
        if "as" in options:
            words.append(str(options["as"]))
            continue
        differing = [
            str(value)
            for key, value in options.items()
            if key not in ("stage", "as") and any(other.get(key) != value for other in step)
        ]
        named = str(options.get("engine") or options.get("method") or "")
        if named and named not in differing:
            differing.insert(0, named)
        words.append(" ".join([cast(str, options["stage"]), *differing]))
    return words


def _combination(
    grid: Grid, folder: str | Path, way: tuple[int, ...], summaries: list[Summary], error: str
) -> Combination:
    """The numbers of a way from those of its stages, as far as it got."""
    cost: dict[str, float] = {}
    for summary in summaries:
        for spent in summary.cost.values():
            for name, amount in spent.items():
                cost[name] = cost.get(name, 0.0) + amount
    return Combination(
        _words(grid, way),
        _file(folder, way),
        summaries[0].records if summaries else 0,
        summaries[-1].written if summaries and not error else 0,
        max((summary.spans for summary in summaries), default=0),
        max((summary.projected for summary in summaries), default=0),
        round(sum(sum(summary.seconds.values()) for summary in summaries), 2),
        cost,
        error,
    )
