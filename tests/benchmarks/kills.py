"""SIGKILL at random instants, a hundred times over a run of 20,000 records: the same bytes.

    python tests/benchmarks/kills.py [--kills 100] [--records 20000] [--workers 1]

The run is started with ``--resume`` again and again, and killed after a random time; when it ends
before enough kills have struck, it begins anew. Every output that came to its end must equal that
of a run that nothing disturbed; so must the rejected lines.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import fuzz  # noqa: E402

PLUGIN = HERE.parent / "pipeline" / "plugin"
RECIPE = "stages: [{stage: mark, seconds: SECONDS}, project]\non_error: skip\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.002, help="slept for each record")
    parser.add_argument("--longest", type=float, default=2.5, help="seconds to live, at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wait = random.Random(options.seed)
    env = {**os.environ, "PYTHONPATH": str(PLUGIN), "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="xproject-kills-") as temporary:
        folder = Path(temporary)
        source = folder / "in.jsonl"
        # One line in fifty is odd or broken, so that rejected lines are killed over too.
        lines = fuzz.sound(options.records, options.seed)
        pick = random.Random(options.seed)
        with open(source, "wb") as stream:
            for record in lines:
                odd = pick.random() < 0.02
                stream.write((fuzz.damage(record, pick) if odd else fuzz.encode(record)) + b"\n")
        quick, slow = folder / "quick.yaml", folder / "slow.yaml"
        quick.write_text(RECIPE.replace("SECONDS", "0"))
        slow.write_text(RECIPE.replace("SECONDS", str(options.seconds)))
        python = [sys.executable, "-m", "projector", "run"]
        whole = folder / "whole.jsonl"
        subprocess.run(
            [*python, str(quick), "-i", str(source), "-o", str(whole)], env=env, check=True
        )
        kills = ends = 0
        start = time.monotonic()
        while kills < options.kills or not ends:
            out = folder / f"out{ends}.jsonl"
            words = [*python, str(slow), "-i", str(source), "-o", str(out), "--resume"]
            words += ["--block-size", "64", "--workers", str(options.workers)]
            process = subprocess.Popen(words, env=env, stderr=subprocess.PIPE)
            try:
                life = wait.uniform(0.1, options.longest) if kills < options.kills else 600
                _, said = process.communicate(timeout=life)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
                continue
            if process.returncode:
                print(said.decode())
                return 1
            ends += 1
            for suffix in ("", ".rejected.jsonl"):
                if Path(f"{out}{suffix}").read_bytes() != Path(f"{whole}{suffix}").read_bytes():
                    print(f"DIFFERENT: {out}{suffix} after {kills} kills")
                    return 1
        rejects = Path(f"{whole}.rejected.jsonl").read_bytes().count(b"\n")
        print(
            f"{kills} kills over {ends} runs of {options.records} records ({rejects} of them "
            f"rejected), {options.workers} worker(s): every output byte-identical "
            f"({time.monotonic() - start:.0f} s)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
