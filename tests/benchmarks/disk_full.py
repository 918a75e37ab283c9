"""A disk that fills up in mid-run: one sentence, exit code 3, and the run goes on afterwards.

    python tests/benchmarks/disk_full.py [--records 20000]

The disk is a small tmpfs (mounting it needs root), made larger before the run is resumed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import synthetic


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=int, default=20_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="xproject-disk-") as temporary:
        folder = Path(temporary)
        source = synthetic.write(folder / "in.jsonl", records, "short")
        disk = folder / "disk"
        disk.mkdir()
        words = [sys.executable, "-m", "projector", "project", str(source)]
        whole = folder / "whole.jsonl"
        subprocess.run([*words, "-o", str(whole)], check=True)
        size = whole.stat().st_size // 2
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        subprocess.run(mount, check=True)
        try:
            out = disk / "out.jsonl"
            full = subprocess.run([*words, "-o", str(out)], capture_output=True, text=True)
            print(f"full disk: exit code {full.returncode}: {full.stderr.strip()}")
            again = subprocess.run(
                [*words, "-o", str(out), "--resume"], capture_output=True, text=True
            )
            print(f"still full: exit code {again.returncode}: {again.stderr.strip()}")
            larger = ["mount", "-o", f"remount,size={size * 6}", str(disk)]
            subprocess.run(larger, check=True)
            done = subprocess.run(
                [*words, "-o", str(out), "--resume"], capture_output=True, text=True
            )
            print(f"freed, --resume: exit code {done.returncode}: {done.stderr.strip()}")
            same = out.exists() and out.read_bytes() == whole.read_bytes()
            print(f"equal to the undisturbed run: {same}")
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    good = full.returncode == again.returncode == 3 and done.returncode == 0 and same
    return 0 if good and full.stderr.count("\n") == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
