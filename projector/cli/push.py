"""``xproject push``: a data set's folder (card, Parquet, records) to a Hugging Face hub."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from projector.cli import messages
from projector.cli.card import (
    Description,
    Files,
    Licence,
    Scores,
    Sources,
    Title,
    read_scores,
    read_splits,
)
from projector.cli.options import DryRun, Force
from projector.errors import UsageError


def command(
    records: Files,
    repo: Annotated[
        str, typer.Option("--repo", metavar="ORG/NAME", help="The data set on the hub.")
    ] = "",
    private: Annotated[
        bool, typer.Option("--private", help="Where it is made now: for its owners only.")
    ] = False,
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="URL", help="Another hub than the public one.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Keep the folder here.")
    ] = "",
    title: Title = "",
    licence: Licence = "",
    source: Sources = None,
    description: Description = "",
    scores: Scores = "",
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Upload a data set: card, Parquet files that load without a script, the records whole.

    The token is read from HF_TOKEN. With --dry-run nothing is sent; with -o the folder stays, and
    `datasets.load_dataset(FOLDER)` reads it.

    Examples:

      xproject push pt.jsonl --repo my-team/news-pt --license cc-by-4.0 --dry-run -o out/news-pt

      xproject push train=pt.jsonl test=gold.pt.jsonl --repo my-team/news-pt --private
    """
    from projector.io.folders import write_folder
    from projector.io.formats.shared.notes import Notes
    from projector.io.streams import refuse_inside
    from projector.publishing.card import Described, licence_conflict
    from projector.publishing.facts import files_read, gather_facts
    from projector.publishing.folder import write_dataset
    from projector.publishing.licences import warning
    from projector.publishing.upload import check_endpoint, check_repo, token, upload

    if not repo and not (dry_run and output):
        raise UsageError("push: found no data set to push to, wanted --repo ORG/NAME")
    if repo:
        check_repo(repo)
    if not dry_run:
        token()
        check_endpoint(endpoint)
    splits = read_splits(records)
    if output:
        refuse_inside(files_read(splits, scores), output)
    facts = gather_facts(splits)
    name = title or repo.rpartition("/")[2] or Path(output).name
    described = Described(name, licence, source or [], description)
    for told in (licence_conflict(facts, licence), warning(facts.licences)):
        if told:
            messages.warn(told)
    with ExitStack() as stack:
        if output:
            folder = stack.enter_context(write_folder(output, force=force, ours=_is_ours))
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xproject-")))
        notes = Notes()
        write_dataset(folder, facts, described, read_scores(scores), notes)
        for loss in notes.losses():
            messages.say(f"the Parquet files: {loss} (the records hold everything)")
        if dry_run:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                print(f"{path.stat().st_size:>12,}  {path.relative_to(folder)}")
            messages.say("dry run: nothing was sent")
            return
        print(upload(folder, repo, private=private, endpoint=endpoint))


def _is_ours(name: str) -> bool:
    """Whether a pushed folder has files of such a name."""
    return name in ("README.md", "croissant.json") or name.endswith(
        (".parquet", ".jsonl.gz", ".run.json")
    )
