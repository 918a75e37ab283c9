"""The start of a run into a file: a new work folder, one that is taken up, or nothing to do.

Also what is written beside the output for the next start to find: OUT.run.json.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from projector.errors import UsageError
from projector.io.streams import open_read
from projector.pipeline.blocks import BlockReader
from projector.pipeline.job import Job
from projector.pipeline.run.identity import differences
from projector.pipeline.run.journal import Header, Journal, sync_folder
from projector.pipeline.run.shards import Plan
from projector.pipeline.run.store import Store
from projector.pipeline.run.summary import Summary, versions
from projector.redact import redacted_options


def open_store(
    plan: Plan, job: Job, identity: dict[str, Any], say: Callable[[str], None]
) -> Store | Summary:
    """The work folder with its journal open; or the summary, where the run is complete already.

    Raises:
        UsageError: an interrupted run that must be resumed or thrown away, one that was another
            run, or one that is still alive.
        DataError: a damaged journal.
    """
    folder = plan.beside("work")
    path = folder / "journal"
    if job.resume and not path.exists():
        earlier = complete_already(plan, job, identity)
        if earlier is not None:
            say(f"{plan.base}: complete already; nothing to do")
            return earlier
    if path.exists() and not (job.resume or job.force):
        raise UsageError(
            f"{folder}: an interrupted run is there; go on with --resume, or start over with "
            "--force"
        )
    if folder.exists() and not job.resume:
        if path.exists():
            _refuse_if_alive(path)
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    journal = Journal(path)
    if journal.header is None:
        journal.append([Header(identity, job.block_size)])
        sync_folder(folder)
        sync_folder(folder.parent)
    if changed := differences(journal.header.identity if journal.header else {}, identity):
        journal.close()
        raise UsageError(
            f"{folder}: the interrupted run was another one ({'; '.join(changed[:3])}); run it as "
            "it was, or start over with --force"
        )
    if journal.cut:
        say("the journal's last line was half-written: what it spoke of is done again")
    store = Store(folder, journal)
    if journal.finished:
        clear(store)
        return open_store(plan, job, identity, say)
    return store


def _refuse_if_alive(path: Path) -> None:
    """Raise UsageError while another process writes this journal; a damaged one may go."""
    try:
        Journal(path).close()
    except UsageError:
        raise
    except Exception:
        return


def complete_already(plan: Plan, job: Job, identity: dict[str, Any]) -> Summary | None:
    """The summary of a finished run that is the same as this; None if there is no output.

    Raises:
        UsageError: there is an output, and it is of something else.
    """
    present = [shard.target for shard in plan.shards if Path(shard.target).exists()]
    if not present:
        return None
    try:
        known = msgspec.json.decode(plan.beside("run.json").read_bytes())
        changed = differences(known["identity"], identity) or _changed_inputs(plan, job, known)
        if not changed:
            return msgspec.convert(known["summary"], Summary)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError):
        changed = ["it is not known what made it"]
    raise UsageError(
        f"{present[0]}: exists already, and there is no interrupted run to go on with "
        f"({'; '.join(changed[:3])}); use --force to replace it"
    )


def _changed_inputs(plan: Plan, job: Job, known: dict[str, Any]) -> list[str]:
    """Names of the inputs that are not what the finished run read (streams cannot be asked)."""
    changed = []
    for item, shard in zip(known["inputs"], plan.shards, strict=False):
        if "-" in (item["path"], shard.source):
            continue
        with open_read(shard.source) as stream:
            reader = BlockReader(stream, limit=job.limit)
            for _ in reader:
                pass
        if reader.digest != item["sha256"]:
            changed.append(f"the input {shard.source} has changed")
    return changed


def run_notes(
    recipe: dict[str, Any],
    plan: Plan,
    inputs: list[dict[str, Any]],
    journal: Journal,
    summary: Summary,
    identity: dict[str, Any],
) -> dict[str, Any]:
    """OUT.run.json: what was run, on what, with what, and what came of it."""
    outputs = [
        {"path": shard.target, "sha256": journal.shards[n].sha256}
        for n, shard in enumerate(plan.shards)
    ]
    seeds = {
        f"{stage['stage']}.{key}": value
        for stage in recipe.get("stages", [])
        for group in (stage, stage.get("options") or {})
        for key, value in group.items()
        if "seed" in key
    }
    return {
        "recipe": redacted_options({**recipe, "output": plan.base}) if recipe else {},
        "inputs": inputs,
        "outputs": outputs,
        "counts": summary.plain(),
        "versions": versions(),
        "engines": [stage["engine"] for stage in identity["stages"]],
        "seeds": seeds,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "identity": identity,
        "summary": summary,
    }


def clear(store: Store) -> None:
    """Remove the work folder, the journal last: a kill in between leaves a journal to read."""
    for path in store.folder.iterdir():
        if path.name != "journal":
            path.unlink()
    store.close()
    shutil.rmtree(store.folder)
