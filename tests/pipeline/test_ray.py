from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from projector.errors import EngineError, UsageError
from projector.io.jsonl import read_records
from projector.pipeline.chain import Done, Reject, Tally
from projector.pipeline.executors.ray import groups_of, joined, refuse_if_unreachable, share_out
from projector.pipeline.job import Job
from projector.pipeline.phases import Work
from projector.pipeline.recipe import Recipe, Resources, StageSpec
from projector.pipeline.run.runner import run

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "ray_cluster.py"
GPU, CPU = Resources(num_cpus=1, num_gpus=1), Resources(num_cpus=0.5)


def work(*resources: Resources, **more: object) -> Work:
    specs = [StageSpec(stage=f"s{n}", resources=r) for n, r in enumerate(resources)]
    return Work(specs=specs, **more)  # type: ignore[arg-type]


def test_neighbouring_stages_of_equal_needs_share_actors():
    groups = groups_of(work(CPU, GPU, GPU, CPU, state=b"learnt", fits=True))
    assert [[s.stage for s in g.work.specs] for g in groups] == [["s0"], ["s1", "s2"], ["s3"]]
    assert [g.work.numbered for g in groups] == [True, True, False]
    assert [(g.work.fits, g.work.state) for g in groups] == [
        (True, b"learnt"),
        *[(False, None)] * 2,
    ]


def test_a_stage_that_cannot_hand_on_what_it_learned_is_refused():
    with pytest.raises(EngineError, match="'s0' cannot hand on"):
        groups_of(work(CPU, fits=True))


@pytest.mark.parametrize(
    ("resources", "workers", "cpus", "gpus", "counts"),
    [
        ([CPU], 1, 4, 0, [8]),
        ([CPU], 3, 4, 0, [3]),
        ([CPU, GPU], 1, 8, 2, [7, 2]),
        ([Resources(workers=2), Resources(num_cpus=2)], 1, 8, 0, [2, 3]),
        ([CPU], 100, 2, 0, [4]),
    ],
)
def test_actors_are_as_many_as_the_cluster_holds(resources, workers, cpus, gpus, counts):
    groups = groups_of(work(*resources))
    share_out(groups, workers, cpus, gpus)
    assert [g.count for g in groups] == counts
    assert sum(g.count * g.resources.num_cpus for g in groups) <= cpus
    assert sum(g.count * g.resources.num_gpus for g in groups) <= gpus


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "ray://127.0.0.1:1", "no-such-host.invalid:6379"]
)
def test_a_cluster_that_does_not_answer_is_said_at_once(address):
    with pytest.raises(EngineError, match=f"no Ray cluster answers at {address}"):
        refuse_if_unreachable(address)
    refuse_if_unreachable("local")


def test_a_cluster_that_is_too_small_is_named():
    with pytest.raises(UsageError, match="has 0 gpus, wanted at least 1"):
        share_out(groups_of(work(GPU)), 1, 8, 0)


def test_the_numbers_of_two_groups_are_those_of_one_chain():
    first = Reject(3, "c", "x", "", "")
    second = Reject(1, "a", "y", "", "")
    before = Done(0, 4, b"3", [first], Tally(records=4, written=3, rejected=1, seconds={"s": 1.0}))
    after = Done(0, 4, b"2", [second], Tally(records=3, written=2, rejected=1, seconds={"t": 2.0}))
    both = joined(before, after)
    assert (both.output, [r.line for r in both.rejects]) == (b"2", [1, 3])
    assert (both.tally.records, both.tally.written, both.tally.rejected) == (4, 2, 2)
    assert both.tally.seconds == {"s": 1.0, "t": 2.0}


class Lost(Exception):
    """Stands for ray.exceptions.RayError."""


class StandIn:
    """The few calls of Ray that the executor makes, in one process; actors can be made to die.

    ``deaths`` maps a text to how many actors die of it.
    """

    exceptions = SimpleNamespace(RayError=Lost)

    def __init__(self, deaths: dict[bytes, int], cpus: float = 3) -> None:
        self.deaths, self.cpus, self.started = deaths, cpus, 0
        self._answers: dict[int, object] = {}

    def is_initialized(self) -> bool:
        return True

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.cpus}

    def put(self, value: bytes) -> bytes:
        return value

    def remote(self, kind: type) -> StandIn:
        self._kind = kind
        return self

    def options(self, **_: object) -> SimpleNamespace:
        def start(work: bytes) -> SimpleNamespace:
            self.started += 1
            actor = self._kind(work)
            return SimpleNamespace(
                ready=SimpleNamespace(remote=lambda: self._call(actor.ready)),
                run=SimpleNamespace(remote=lambda data: self._call(actor.run, data)),
            )

        return SimpleNamespace(remote=start)

    def _call(self, method, *data: bytes) -> int:
        key = len(self._answers)
        self._answers[key] = (method, data)
        return key

    def wait(self, references, num_returns: int, timeout: float):
        return [max(references)], []  # the latest first: order must not come from here

    def get(self, reference: int):
        method, data = self._answers[reference]
        for text, left in self.deaths.items():
            if left and any(text in part for part in data or (method.__name__.encode(),)):
                self.deaths[text] -= 1
                raise Lost("the actor died")
        return method(*data)

    def kill(self, actor: object) -> None:
        pass


@pytest.fixture
def stand_in(monkeypatch):
    def use(**deaths: int) -> StandIn:
        found = StandIn({key.encode(): n for key, n in deaths.items()})
        monkeypatch.setitem(sys.modules, "ray", found)
        return found

    return use


def ray_run(source: Path, out: Path, *specs: StageSpec, on_error: str = "skip"):
    job = Job(executor="ray", block_size=4, on_error=on_error)
    return run(Recipe(stages=list(specs)), input=str(source), output=str(out), job=job)


MARK = StageSpec(stage="mark")
ROOMY = StageSpec(stage="kept-total", resources=Resources(num_cpus=0.5))


@pytest.mark.usefixtures("plugin")
def test_actors_give_the_bytes_of_one_process_whatever_ends_first(documents, tmp_path, stand_in):
    stand_in()
    source = documents([*[f"text {n}" for n in range(30)], "reject", b"nonsense", "last"])
    stages = (MARK, ROOMY, StageSpec(stage="mark", options={"value": "again"}))
    skip = Job(on_error="skip")
    here = tmp_path / "here.jsonl"
    run(Recipe(stages=list(stages)), input=str(source), output=str(here), job=skip)
    summary = ray_run(source, tmp_path / "there.jsonl", *stages)
    assert (tmp_path / "there.jsonl").read_bytes() == here.read_bytes()
    for name in ("there", "here"):
        lines = (tmp_path / f"{name}.jsonl.rejected.jsonl").read_text().splitlines()
        assert [json.loads(line)["line"] for line in lines] == [31, 32]
    assert (summary.records, summary.written, summary.rejected) == (33, 31, 2)


@pytest.mark.usefixtures("plugin")
def test_a_lost_actor_is_replaced_and_its_block_done_again(documents, tmp_path, stand_in):
    cluster = stand_in(fragile=2)
    texts = [*[f"text {n}" for n in range(9)], "fragile", "more"]
    summary = ray_run(documents(texts), tmp_path / "out.jsonl", MARK)
    assert [r.text for r in read_records(tmp_path / "out.jsonl")] == texts
    assert (summary.written, summary.rejected, cluster.deaths) == (11, 0, {b"fragile": 0})
    assert cluster.started == 3 + 2


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(("deaths", "ends"), [(4, False), (999, True)])
def test_an_actor_that_dies_at_its_start_is_replaced_but_not_for_ever(
    documents, tmp_path, stand_in, deaths, ends
):
    cluster = stand_in(ready=deaths)
    source, out = documents(["text"] * 9), tmp_path / "out.jsonl"
    if ends:
        with pytest.raises(EngineError, match=r"5 workers .* in a row died .* starting \(mark\)"):
            ray_run(source, out, MARK)
        assert cluster.started < 20
    else:
        assert ray_run(source, out, MARK).written == 9


@pytest.mark.usefixtures("plugin")
def test_a_record_that_ends_every_actor_is_rejected_alone(documents, tmp_path, stand_in, rejected):
    stand_in(deadly=99)
    texts = [f"text {n}" for n in range(9)]
    source = documents([*texts[:5], "deadly", *texts[5:]])
    summary = ray_run(source, tmp_path / "out.jsonl", MARK, ROOMY)
    assert [r.text for r in read_records(tmp_path / "out.jsonl")] == texts
    (reject,) = rejected(tmp_path / "out.jsonl")
    assert (reject["line"], reject["id"], reject["reason"]) == (6, "d5", "worker_died")
    assert (summary.records, summary.written, summary.rejected) == (10, 9, 1)


@pytest.mark.usefixtures("plugin")
def test_an_engine_that_fails_on_the_cluster_is_reported_as_it_would_be_here(
    documents, tmp_path, stand_in
):
    stand_in()
    with pytest.raises(EngineError, match="the engine is gone"):
        ray_run(documents(["fine", "gone"]), tmp_path / "out.jsonl", MARK)


def can_unshare() -> bool:
    if sys.platform != "linux" or os.geteuid():
        return False
    try:
        return subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("XPROJECT_CLUSTER") or not can_unshare(),
    reason="a minute or two: XPROJECT_CLUSTER=1 and root (for a network namespace)",
)
def test_three_nodes_one_killed_give_the_bytes_of_one_process():
    pytest.importorskip("ray")
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--records", "600", "--block-size", "10"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("True") == 2
