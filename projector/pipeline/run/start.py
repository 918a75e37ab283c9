"""The start of a run into a file: a new work folder, one that is taken up, or nothing to do.

Also what is written beside the output for the next start to find: OUT.run.json.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec

from projector.errors import DataError, UsageError
from projector.io.streams import open_read
from projector.json_values import JsonObject
from projector.pipeline.blocks import BlockReader
from projector.pipeline.job import Job
from projector.pipeline.run.identity import differences
from projector.pipeline.run.journal import Header, Journal, sync_folder
from projector.pipeline.run.nothing_written import nothing_written
from projector.pipeline.run.shards import RunFiles
from projector.pipeline.run.store import JOURNAL, Store, foreign_file
from projector.pipeline.run.summary import Summary, versions
from projector.publishing.licences import licences, unrecorded
from projector.records import Step
from projector.redact import redacted_options


def open_store(
    plan: RunFiles, job: Job, identity: JsonObject, say: Callable[[str], None]
) -> Store | Summary:
    """The work folder with its journal open; or the summary, where the run is complete already.

    Raises:
        UsageError: an interrupted run that must be resumed or thrown away, one that was another
            run, or one that is still alive.
        DataError: a damaged journal.
    """
    folder = plan.beside("work")
    path = folder / JOURNAL
    if job.resume and not path.exists():
        earlier = complete_already(plan, job, identity)
        if earlier is not None:
            say(f"{plan.base}: complete already; nothing to do")
            return earlier
    _refuse_foreign(folder)
    if path.exists() and not job.resume:
        if not job.force and _holds_work(path):
            raise UsageError(
                f"{folder}: an interrupted run is there; go on with --resume, or start over with "
                "--force"
            )
        _refuse_if_alive(path)
        remove(folder)
    folder.mkdir(exist_ok=True)
    journal = Journal(path)
    if journal.header is None:
        journal.append([Header(identity, job.block_size)])
        sync_folder(folder)
        sync_folder(folder.parent)
    changed = differences(journal.header.identity if journal.header else {}, identity)
    if changed and not journal.holds_work:  # a run that ended before it did anything
        journal.close()
        remove(folder)
        return open_store(plan, job, identity, say)
    if changed:
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


def _refuse_foreign(folder: Path) -> None:
    """Raise UsageError if what stands where the work folder goes is not a run's."""
    found = ""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        found = "something else than a folder"
    elif folder.is_dir() and (name := foreign_file(folder)):
        found = f"{name!r} in it, which no run has written"
    if found:
        raise UsageError(
            f"{folder}: found {found}, wanted this name for the run's own work folder; move it "
            "away, or choose another output"
        )


def _holds_work(path: Path) -> bool:
    """Whether a journal speaks of anything that is done (a damaged one may)."""
    try:
        journal = Journal(path)
    except DataError:
        return True
    journal.close()
    return journal.holds_work


def _refuse_if_alive(path: Path) -> None:
    """Raise UsageError while another process writes this journal; a damaged one may go."""
    try:
        Journal(path).close()
    except DataError:
        return


def complete_already(plan: RunFiles, job: Job, identity: JsonObject) -> Summary | None:
    """The summary of a finished run that is the same as this; None if there is no output, or one
    that another run wrote nothing into.

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
    if nothing_written(plan.base):
        return None
    raise UsageError(
        f"{present[0]}: exists already, and there is no interrupted run to go on with "
        f"({'; '.join(changed[:3])}); use --force to replace it"
    )


def _changed_inputs(plan: RunFiles, job: Job, known: JsonObject) -> list[str]:
    """Names of the inputs that are not what the finished run read (streams cannot be asked)."""
    changed = []
    for item, shard in zip(cast(list[JsonObject], known["inputs"]), plan.shards, strict=False):
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
    recipe: JsonObject,
    plan: RunFiles,
    inputs: list[JsonObject],
    journal: Journal,
    summary: Summary,
    identity: JsonObject,
) -> JsonObject:
    """OUT.run.json: what was run, on what, with what, and what came of it."""
    outputs = [
        {"path": shard.target, "sha256": journal.shards[n].sha256}
        for n, shard in enumerate(plan.shards)
    ]
    engines = [stage["engine"] for stage in cast(list[JsonObject], identity["stages"])]
    stages = msgspec.convert(engines, list[Step])
    seeds = {
        f"{stage['stage']}.{key}": value
        for stage in cast(list[JsonObject], recipe.get("stages", []))
        for group in (stage, cast(JsonObject, stage.get("options") or {}))
        for key, value in group.items()
        if "seed" in key
    }
    return {
        "recipe": redacted_options({**recipe, "output": plan.base}) if recipe else {},
        "inputs": inputs,
        "outputs": outputs,
        "counts": summary.plain(),
        "versions": versions(),
        "engines": engines,
        "licences": licences([*summary.steps, *unrecorded(stages)]),
        "seeds": seeds,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "identity": identity,
        "summary": summary,
    }


def clear(store: Store) -> None:
    """Close a store and remove its work folder."""
    store.close()
    remove(store.folder)


def remove(folder: Path) -> None:
    """Remove a work folder, the journal last: a kill in between leaves a journal to read.

    Only what a run writes is removed.
    """
    if name := foreign_file(folder):
        raise UsageError(f"{folder}: found {name!r} in it, which no run has written; move it away")
    for path in sorted(folder.iterdir(), key=lambda path: path.name == JOURNAL):
        path.unlink()
    folder.rmdir()
