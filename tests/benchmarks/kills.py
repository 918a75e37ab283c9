"""SIGKILL at random instants, a hundred times over runs of real sentences: the same bytes.

    python tests/benchmarks/kills.py --data DATA [--kill run|worker|apertium] [--kills 100]
        [--stages project|translate|firefox] [--records 4000] [--workers 1] [--block-size 64]

``--kill run``: the whole run, which is started again with ``--resume``. ``--kill worker``: one of
its worker processes; ``--kill apertium``: one process of a translation pipeline (with ``--stages
translate``); the run itself goes on and must end well. ``--stages firefox`` translates into
Portuguese by the neural student (its weights must be there), estimates included. When a run ends
before enough kills have struck, the next begins. Every output must equal, byte for byte, that of a run that nothing
disturbed, in one process and other blocks; so must the rejected lines, and the counts.

One line in fifty is odd or broken (`fuzz`), so that rejected lines are killed over too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import fuzz  # noqa: E402

PLUGIN = HERE.parent / "pipeline" / "plugin"
RECIPES = {
    "project": "stages: [{stage: mark, seconds: SECONDS}, project]\non_error: skip\n",
    "translate": (
        "stages: [{stage: translate, to: es}, {stage: mark, seconds: SECONDS}, align, project]\n"
        "on_error: skip\n"
    ),
    "firefox": (
        "stages: [{stage: translate, engine: firefox, to: pt}, {stage: mark, seconds: SECONDS}, "
        "align, project]\non_error: skip\n"
    ),
}
# What the processes of a kind have in their command lines.
KINDS = {"worker": ("executors.worker",), "apertium": ("apertium", "lt-proc", "lrx-proc", "cg-")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kill", choices=["run", *KINDS], default="run")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stages", choices=sorted(RECIPES), default="project")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--block-size", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.002, help="slept for each record")
    parser.add_argument("--shortest", type=float, default=0.5, help="seconds between two kills")
    parser.add_argument("--longest", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xproject-kills-") as temporary:
        return Kills(options, Path(temporary)).all()


class Kills:
    """The undisturbed run, then the disturbed ones."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.pick = random.Random(options.seed)
        self.env = {**os.environ, "OMP_NUM_THREADS": "1"}
        before = os.environ.get("PYTHONPATH")
        self.env["PYTHONPATH"] = f"{PLUGIN}{os.pathsep}{before}" if before else str(PLUGIN)
        self.source = folder / "in.jsonl"
        self.source.write_bytes(b"".join(line + b"\n" for line in self._lines()))
        self.kills = 0

    def _lines(self) -> Iterator[bytes]:
        side = self.options.stages != "project"
        for record in fuzz.sound(self.options.records, self.options.seed, self.options.data):
            record = record["source"] if side else record
            odd = self.pick.random() < 0.02
            yield fuzz.damage_any(record, self.pick) if odd else fuzz.encode(record)

    def command(self, name: str, seconds: float, *words: object) -> list[str]:
        recipe = self.folder / f"{name}.yaml"
        recipe.write_text(RECIPES[self.options.stages].replace("SECONDS", str(seconds)))
        python = [sys.executable, "-m", "projector", "run", recipe, "-i", self.source]
        return list(map(str, [*python, "--quiet", *words]))

    def all(self) -> int:
        start, whole = time.monotonic(), self.folder / "whole.jsonl"
        subprocess.run(self.command("quick", 0, "-o", whole), env=self.env, check=True)
        took, ends = time.monotonic() - start, 0
        while self.kills < self.options.kills or not ends:
            out = self.folder / f"out{ends}.jsonl"
            said = self._whole_run(out) if self.options.kill == "run" else self._parts_of(out)
            if said is not None:
                print(f"FAILED after {self.kills} kills: {said}")
                return 1
            ends += 1
            for suffix in ("", ".rejected.jsonl"):
                found = Path(f"{out}{suffix}").read_bytes(), Path(f"{whole}{suffix}").read_bytes()
                if found[0] != found[1]:
                    print(
                        f"DIFFERENT: {out}{suffix} after {self.kills} kills; {difference(*found)}"
                    )
                    return 1
            if counts(out) != counts(whole):
                print(f"DIFFERENT counts: {counts(out)}, wanted {counts(whole)}")
                return 1
        records, _, rejected = counts(whole)
        print(
            f"{self.kills} kills ({self.options.kill}) over {ends} runs ({self.options.stages}) of "
            f"{records} real records ({rejected} of them rejected), {self.options.workers} "
            f"worker(s): every output byte-identical (undisturbed {took:.0f} s, all "
            f"{time.monotonic() - start:.0f} s)"
        )
        return 0

    def _words(self, out: Path) -> list[str]:
        o = self.options
        flags = ["-o", out, "--resume", "--block-size", o.block_size, "--workers", o.workers]
        return self.command("slow", o.seconds, *flags)

    def _wait(self) -> float:
        return self.pick.uniform(self.options.shortest, self.options.longest)

    def _whole_run(self, out: Path) -> str | None:
        """Kill the run and start it again, until it ends; gives what it said where it failed."""
        while True:
            process = subprocess.Popen(self._words(out), env=self.env, stderr=subprocess.PIPE)
            try:
                last = self.kills >= self.options.kills
                _, said = process.communicate(timeout=600 if last else self._wait())
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                self.kills += 1
                continue
            return said.decode() if process.returncode else None

    def _parts_of(self, out: Path) -> str | None:
        """Kill single processes of a run while it goes on."""
        process = subprocess.Popen(self._words(out), env=self.env, stderr=subprocess.PIPE)
        while self.kills < self.options.kills:
            try:
                process.wait(timeout=self._wait())
                break
            except subprocess.TimeoutExpired:
                found = [pid for pid in below(process.pid) if is_a(pid, KINDS[self.options.kill])]
                if found:
                    try:
                        os.kill(self.pick.choice(sorted(found)), signal.SIGKILL)
                        self.kills += 1
                    except ProcessLookupError:
                        pass
        _, said = process.communicate(timeout=600)
        return said.decode() if process.returncode else None


def below(pid: int) -> Iterator[int]:
    """The processes that a process has started, and theirs."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield int(child)
            yield from below(int(child))


def is_a(pid: int, names: tuple[str, ...]) -> bool:
    """Whether a process's command line has one of these in it."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return any(name in line for name in names)


def difference(found: bytes, wanted: bytes) -> str:
    """Where two outputs part, in words."""
    pairs = enumerate(zip(found, wanted, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(found), len(wanted)))
    line = wanted.count(b"\n", 0, at) + 1
    part = slice(max(0, at - 40), at + 40)
    return f"line {line}: {found[part]!r}, wanted {wanted[part]!r}"


def counts(out: Path) -> tuple[int, int, int]:
    """Records in, written and rejected, as OUT.run.json has them."""
    known = json.loads(Path(f"{out}.run.json").read_text())["counts"]
    return known["records"], known["written"], known["rejected"]


if __name__ == "__main__":
    sys.exit(main())
