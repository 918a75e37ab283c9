"""Starting the scripted chat server for a test."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("scripted_server.py")


@contextmanager
def scripted(script: dict[str, list[Any]]) -> Iterator[str]:
    """The address of a server process that answers by the script."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.json"
        path.write_text(json.dumps(script), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def log(url: str) -> list[dict[str, Any]]:
    """All questions that a scripted server got, with answers and tokens."""
    with urllib.request.urlopen(f"{url}/log") as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
        return found
