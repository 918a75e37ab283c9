"""The inner loops compiled beforehand: ``xproject doctor --compile``, and the demo's first use.

Numba compiles a function when it is first called and keeps the code beside the sources (or in
NUMBA_CACHE_DIR). Nearly all of that time is spent in Python under one lock, so the engines are
compiled in processes of their own, side by side; each does its work once on this project's samples.
Meant for the end of an installation, e.g. in an image that many runs start from.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from projector.errors import EngineError, first_line
from projector.records import Pair
from projector.shipped import shipped_folder


class Compiled(Struct, frozen=True):
    """An engine whose loops are compiled now: which, and the seconds it took."""

    engine: str
    seconds: float


def compile_all() -> list[Compiled]:
    """Compile for each engine of `ENGINES`, at once.

    Raises:
        EngineError: one of them failed; its last line says why.
    """
    # One thread each: with all cores taken by compilers, pools of threads only get in the way.
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ}
    start = time.perf_counter()
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", "projector.cli.compiling", name],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=environment,
        )
        for name in ENGINES
    }  # fmt: skip
    done = []
    for name, process in running.items():
        said = process.communicate()[1].decode("utf-8", "replace").strip()
        if process.returncode:
            why = said.splitlines()[-1] if said else f"exit status {process.returncode}"
            raise EngineError(f"compiling {name} failed: {why}")
        done.append(Compiled(name, round(time.perf_counter() - start, 1)))
    return done


def _hmm() -> None:
    from projector.alignment.base import TokenPair
    from projector.alignment.hmm.aligner import HmmAligner
    from projector.alignment.stage import AlignOptions, AlignStage
    from projector.pipeline.in_memory import apply

    stage = AlignStage(AlignOptions(engine="hmm"))
    try:
        apply([stage], _pairs())
    finally:
        stage.close()
    # Names in scripts without spaces have loops of their own.
    spelled = TokenPair(["Lady", "Gaga"], ["เล", "ดี", "กากา"])
    HmmAligner(vectors="none", views=["form"]).fit([spelled], "en", "th")


def _match() -> None:
    from projector.pipeline.in_memory import apply
    from projector.projection.stage import ProjectOptions, ProjectStage

    stage = ProjectStage(ProjectOptions(method="match"))
    try:
        apply([stage], [_linked(pair) for pair in _pairs()])
    finally:
        stage.close()


def _pairs() -> list[Pair]:
    from projector.io.jsonl import read_records

    path = shipped_folder("samples") / "parallel.en-ar.jsonl"
    return [record for record in read_records(path) if isinstance(record, Pair)]


def _linked(pair: Pair) -> Pair:
    """The pair with a link from each word to the one at its place: any will do here. Links without
    probabilities run through more loops than those with."""
    from projector.text.tokens import with_tokens

    source, target = with_tokens(pair.source), with_tokens(pair.target)
    shorter = min(len(source.tokens or ()), len(target.tokens or ()))
    links = [(n, n, 1.0) for n in range(shorter)]
    return replace(pair, source=source, target=target, alignment=links)


def _firefox() -> None:
    """With whatever student is here; without one there is nothing to compile for."""
    from projector.models.firefox.store import installed
    from projector.translation.firefox.engine import FirefoxTranslator

    for model in installed()[:1]:
        translator = FirefoxTranslator()
        try:
            translator.translate(["This is a house."], model.source, model.target)
        finally:
            translator.close()


# Those that take longest first.
ENGINES: dict[str, Callable[[], None]] = {"match": _match, "hmm": _hmm, "firefox": _firefox}

if __name__ == "__main__":
    try:
        ENGINES[sys.argv[1]]()
    except Exception as error:
        print(first_line(error), file=sys.stderr)
        sys.exit(1)
