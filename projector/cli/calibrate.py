"""``xproject calibrate``: scores that mean what they say on your own data."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli import messages
from projector.cli.options import Force
from projector.errors import DataError, UsageError


def command(
    silver: Annotated[
        str, typer.Argument(metavar="SILVER", help="Projected pairs or documents, with scores.")
    ],
    gold: Annotated[
        str, typer.Option("--gold", metavar="FILE", help="The same records, corrected.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE.json", help="Where the map goes.")
    ] = "",
    force: Force = False,
) -> None:
    """Learn from corrected records what the scores are worth (needs 50 spans or more).

    The map keeps the order of the scores. A recipe uses it as a stage after `project`:
    {stage: calibrate, file: calibration.json}. The file that a page of `qa --judge` saved gives
    the table of what each `--min-quality` leaves.

    Examples:

      xproject convert export.json --base silver.jsonl -o corrected.jsonl

      xproject calibrate judged.json

      xproject calibrate silver.jsonl --gold corrected.jsonl -o calibration.json
    """
    from projector.qa.score.judging import is_judged_file

    if not gold and is_judged_file(silver):
        _print_trade(silver)
        return
    if not gold or not output:
        raise UsageError("calibrate: wanted --gold FILE and -o FILE.json")
    from projector.io.formats import read
    from projector.io.streams import check_writable
    from projector.quality.recalibration import fit_calibration, judged, save_calibration

    check_writable(output, force=force, reads=[silver, gold])
    found = judged(read(silver), read(gold))
    if not found.reviewed:
        raise DataError(
            f"found 0 of {found.records} records reviewed, wanted corrected ones",
            reason="not_reviewed",
            path=gold,
        )
    if found.reviewed < found.records:
        messages.say(f"{gold}: {found.reviewed} of {found.records} reviewed; only these count")
    made = fit_calibration(found.scores, found.right)
    save_calibration(made, output, force=force)
    messages.say(
        f"{output}: learnt from {made.spans} spans; calibration error {made.before:.3f} before, "
        f"{made.after:.3f} after (on the same spans)"
    )


def _print_trade(judged: str) -> None:
    from projector.qa.score.judging import read_verdicts, table

    for line in table(read_verdicts(judged)):
        print(line)
