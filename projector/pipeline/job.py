"""How to run a recipe, as against what to run: none of it may change a byte of the output."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from projector.errors import UsageError

MAX_WORKERS = 1024
MAX_BLOCK = 1_000_000

Count = Annotated[int, Meta(ge=0)]
Workers = Annotated[int, Meta(ge=1, le=MAX_WORKERS)]
BlockSize = Annotated[int, Meta(ge=1, le=MAX_BLOCK)]
OnError = Literal["fail", "skip"]


class Job(Struct, frozen=True, kw_only=True):
    """Options of a run; every field is an option of every command that runs stages.

    Attributes:
        force: replace an existing output, throw an interrupted run away.
        resume: go on where an interrupted run of the same output stopped.
        limit: only the first so many records (of each input).
        dry_run: check the recipe and the files, then stop.
        on_error: ``fail`` ends the run at the first rejected record, ``skip`` sets it aside.
        max_errors: the run ends after more rejected records than this (implies ``skip``).
        workers: processes (or Ray actors for each group of stages).
        block_size: records between two safe points.
        executor: ``local`` or ``ray``.
        ray_address: where the cluster is; "" starts one on this machine.
    """

    force: bool = False
    resume: bool = False
    limit: Count | None = None
    dry_run: bool = False
    on_error: OnError = "fail"
    max_errors: Count | None = None
    workers: Workers = 1
    block_size: BlockSize = 256
    executor: Literal["local", "ray"] = "local"
    ray_address: str = ""

    @property
    def stops_at_reject(self) -> bool:
        """Whether the first rejected record ends the run."""
        return self.on_error == "fail" and self.max_errors is None


def checked(job: Job) -> Job:
    """The same job, or UsageError where a number is out of its bounds."""
    try:
        return msgspec.convert(msgspec.structs.asdict(job), Job)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        name = place.rstrip("`").replace("_", "-")
        raise UsageError(f"--{name}: {text[:1].lower()}{text[1:]}") from error
