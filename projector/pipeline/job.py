"""How to run a recipe, as against what to run: none of it may change a byte of the output."""

from __future__ import annotations

from msgspec import Struct


class Job(Struct, frozen=True, kw_only=True):
    """Options of a run.

    Attributes:
        force: replace an existing output, throw an interrupted run away.
        resume: go on where an interrupted run of the same output stopped.
        limit: only the first so many records (of each input).
        on_error: ``fail`` ends the run at the first rejected record, ``skip`` sets it aside.
        max_errors: the run ends after more rejected records than this (implies ``skip``).
        workers: processes (or Ray actors for each group of stages).
        block_size: records between two safe points.
        executor: ``local`` or ``ray``.
        ray_address: where the cluster is; "" starts one on this machine.
    """

    force: bool = False
    resume: bool = False
    limit: int | None = None
    on_error: str = "fail"
    max_errors: int | None = None
    workers: int = 1
    block_size: int = 256
    executor: str = "local"
    ray_address: str = ""

    @property
    def stops_at_reject(self) -> bool:
        return self.on_error == "fail" and self.max_errors is None
