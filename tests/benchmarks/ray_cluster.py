"""A real Ray cluster of three nodes on this machine, and one of them killed in mid-run.

    python tests/benchmarks/ray_cluster.py [--records 3000]

Everything happens inside a network namespace of its own (``unshare -n``, needs root): Ray would
otherwise listen on every interface. Token authentication is on; nodes are stopped by process id.
Prints whether the output equals that of one process, undisturbed and with a node killed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parent / "pipeline" / "plugin"
ADDRESS = "127.0.0.1:6399"
RECIPE = """
stages:
  - {stage: mark, seconds: SECONDS, resources: {num_cpus: 0.5}}
  - {stage: project, method: match}
on_error: skip
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=0.02, help="slept for each record")
    parser.add_argument("--block-size", type=int, default=50)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return subprocess.call(
            ["unshare", "-n", sys.executable, *sys.argv, "--inside"], cwd=os.getcwd()
        )
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="xproject-ray-") as folder:
        return Cluster(Path(folder)).compare(options)


class Cluster:
    """Three nodes of one core each, all processes of this script."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes: list[subprocess.Popen[bytes]] = []
        before = os.environ.get("PYTHONPATH")
        self.env = {
            **os.environ,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": f"{PLUGIN}:{before}" if before else str(PLUGIN),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *words: str) -> None:
        ray = str(Path(sys.executable).parent / "ray")
        log = open(self.folder / f"node{len(self.nodes)}.log", "wb")  # noqa: SIM115 - the node's
        self.nodes.append(
            subprocess.Popen(
                [ray, "start", *words, "--num-cpus=1", "--block", "--disable-usage-stats"],
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )

    def up(self) -> None:
        self.start("--head", "--port=6399", "--include-dashboard=false")
        self.wait_for(1)
        for wanted in (2, 3):
            self.start(f"--address={ADDRESS}")
            self.wait_for(wanted)

    def wait_for(self, count: int) -> None:
        probe = (
            "import ray, sys\n"
            f"ray.init(address='{ADDRESS}', logging_level='ERROR', log_to_driver=False)\n"
            "sys.exit(sum(node['Alive'] for node in ray.nodes()))"
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            done = subprocess.run(
                [sys.executable, "-c", probe], env=self.env, capture_output=True, timeout=60
            )
            if done.returncode == count:
                return
            time.sleep(0.5)
        raise SystemExit(f"no cluster of {count} nodes: {done.stderr.decode()[-500:]}")

    def kill(self, number: int) -> None:
        """SIGKILL a node with all of its processes, as a power cut would."""
        node = self.nodes[number]
        for pid in [*descendants(node.pid), node.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        node.wait()

    def compare(self, options: argparse.Namespace) -> int:
        sys.path.insert(0, str(HERE))
        import synthetic

        source = synthetic.write(self.folder / "in.jsonl", options.records)
        quick, recipe = self.folder / "quick.yaml", self.folder / "recipe.yaml"
        quick.write_text(RECIPE.replace("SECONDS", "0"))
        recipe.write_text(RECIPE.replace("SECONDS", str(options.seconds)))
        size = ["-i", str(source), "--block-size", str(options.block_size)]
        words = ["run", str(recipe), *size, "--executor", "ray", "--ray-address", ADDRESS]
        half = options.records // options.block_size // 2
        try:
            local, took_local, _ = self.run(["run", str(quick), *size], "local.jsonl")
            self.up()
            whole, took_whole, _ = self.run(words, "whole.jsonl")
            hurt, took_hurt, said = self.run(words, "hurt.jsonl", kill_after_blocks=half)
        finally:
            for number, node in enumerate(self.nodes):
                if node.poll() is None:
                    self.kill(number)
        print(f"{'run':28} {'seconds':>8}  equal to one process")
        print(f"{'one process, no sleep':28} {took_local:8.1f}  -")
        print(f"{'three nodes':28} {took_whole:8.1f}  {whole == local}")
        print(f"{'three nodes, one killed':28} {took_hurt:8.1f}  {hurt == local}")
        lost = said.count(b"of the cluster was lost")
        print(f"workers lost with the node: {lost}")
        return 0 if whole == hurt == local and lost else 1

    def run(
        self, words: list[str], name: str, kill_after_blocks: int = 0
    ) -> tuple[bytes, float, bytes]:
        out = self.folder / name
        start = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "projector", *words, "-o", str(out)],
            env=self.env,
            stderr=subprocess.PIPE,
        )
        if kill_after_blocks:
            journal = Path(f"{out}.work") / "journal"
            while not journal.exists() or journal.read_bytes().count(b"\n") <= kill_after_blocks:
                if process.poll() is not None:
                    raise SystemExit("the run was over before a node could be killed")
                time.sleep(0.05)
            self.kill(2)
        _, said = process.communicate(timeout=600)
        if process.returncode:
            raise SystemExit(f"the run into {name} failed: {said.decode()[-500:]}")
        return out.read_bytes(), time.monotonic() - start, said


def descendants(pid: int) -> list[int]:
    """All processes below one, the deepest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [*descendants(child), child]
    return found


if __name__ == "__main__":
    sys.exit(main())
