"""What the runner's tests share: the test stages on the path, inputs, and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

PLUGIN = Path(__file__).parent / "plugin"


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages mark, total and kept-total, here and in every process that is started."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{PLUGIN}{os.pathsep}{before}" if before else str(PLUGIN))
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.setenv(name, "1")


@pytest.fixture
def documents(tmp_path: Path) -> Callable[..., Path]:
    """Write documents with these texts (a bytes value is a raw line) and give the file."""

    def write(texts: Sequence[str | bytes], name: str = "in.jsonl") -> Path:
        path = tmp_path / name
        lines = [
            text
            if isinstance(text, bytes)
            else json.dumps({"id": f"d{n}", "text": text}, ensure_ascii=False).encode()
            for n, text in enumerate(texts)
        ]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def xproject() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command line in a process of its own."""

    def call(*words: Any, stdin: bytes | None = None, **options: Any) -> Any:
        command = [sys.executable, "-m", "projector", *map(str, words)]
        return subprocess.run(command, input=stdin, capture_output=True, timeout=120, **options)

    return call


@pytest.fixture
def rejected() -> Callable[[Path], list[dict[str, Any]]]:
    """The lines of OUT.rejected.jsonl."""

    def read(output: Path) -> list[dict[str, Any]]:
        path = Path(f"{output}.rejected.jsonl")
        return [json.loads(line) for line in path.read_text().splitlines()]

    return read
