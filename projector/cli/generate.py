"""``xproject generate``: annotated utterances and dialogues by an LLM, from a specification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from projector.cli import messages
from projector.cli.options import Force, Setting, settings
from projector.engines import missing_package_message
from projector.errors import EngineError, Interrupted, TooManyRejects
from projector.io.jsonl import write_records
from projector.io.streams import check_writable, open_write
from projector.redact import redacted_options

if TYPE_CHECKING:
    from projector.generation.generator import Generated, Generator


def command(
    specification: Annotated[
        str, typer.Argument(metavar="SPEC.yaml", help="Items, slots and their values.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="OUT", help="Records.")] = "-",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="The server's model.")] = "",
    set_: Setting = None,
    force: Force = False,
) -> None:
    """Write annotated data by any OpenAI-compatible server, every row checked.

    A row is accepted when each of its slot values stands in it, once, with no other one, in the
    right language and unlike the others; faulty ones are asked for again. OUT.rejected.jsonl has
    what was refused and why, OUT.run.json the counts and the cost. Fewer rows than wanted: exit
    code 1.

    Examples:

      xproject generate SPEC.yaml --model NAME --set url=http://127.0.0.1:8000/v1 -o OUT.jsonl

      xproject generate SPEC.yaml --model NAME --set budget_tokens=100000 -o OUT.jsonl
    """
    try:
        from projector.generation.generator import Generator
        from projector.generation.specification import gazetteers, read_specification
    except ModuleNotFoundError as error:
        raise EngineError(
            missing_package_message("generate", error.name or "", "command")
        ) from error
    given = settings(set_)
    wanted = read_specification(specification)
    beside = {} if output == "-" else {n: f"{output}.{n}" for n in ("rejected.jsonl", "run.json")}
    reads = [specification, *gazetteers(wanted, specification)]
    force = force or accepted_nothing(output)
    for path in (output, *beside.values()):
        check_writable(path, force=force, reads=reads)
    generator = Generator(model, **given)
    try:
        found = generator.generate(wanted, messages.say)
    except KeyboardInterrupt as error:
        write(generator.found, generator, output, beside, specification, given)
        raise Interrupted("interrupted; the rows accepted so far are written") from error
    write(found, generator, output, beside, specification, given)
    total = sum(item.count for item in wanted.items)
    messages.say(
        f"{len(found.documents)} of {total} rows, {len(found.refused)} refused; "
        + ", ".join(f"{name} {amount:g}" for name, amount in generator.cost().items())
    )
    if found.missing:
        lacking = ", ".join(f"items[{n}] lacks {count}" for n, count in found.missing.items())
        why = found.stopped or "too many rows were refused (see OUT.rejected.jsonl)"
        raise TooManyRejects(f"{lacking}: {why}")


def accepted_nothing(output: str) -> bool:
    """Whether an earlier call has left this output, and no row in it."""
    try:
        notes = msgspec.json.decode(Path(f"{output}.run.json").read_bytes())
        return "refused" in notes and notes["rows"] == 0 == Path(output).stat().st_size
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return False


def write(
    found: Generated,
    generator: Generator,
    output: str,
    beside: dict[str, str],
    specification: str,
    given: dict[str, object],
) -> None:
    """The records, and beside a file what was refused and what it cost."""
    write_records(found.documents, output, force=True)  # asked before, see `check_writable`
    if not beside:
        return
    with open_write(beside["rejected.jsonl"], force=True) as stream:
        for refused in found.refused:
            stream.write(msgspec.json.encode(refused) + b"\n")
    notes = {
        "specification": Path(specification).name,
        "model": generator.model,
        "options": redacted_options(given),
        "rows": len(found.documents),
        "refused": len(found.refused),
        "missing": found.missing,
        "stopped": found.stopped,
        "cost": generator.cost(),
    }
    with open_write(beside["run.json"], force=True) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(notes), indent=2) + b"\n")
