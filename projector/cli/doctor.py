"""``xproject doctor``: what is installed, what is missing, and the command that gets it."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli.diagnosis import Finding, diagnose
from projector.cli.options import AsJson


def command(
    as_json: AsJson = False,
    compile_: Annotated[
        bool,
        typer.Option("--compile", help="Compile the inner loops now, not at the first run."),
    ] = False,
) -> None:
    """Say for every engine whether it can be used here, and what to type if not.

    ``--compile`` compiles what the first `align` and `project` would, side by side; type it at the
    end of an installation.

    Examples:

      xproject doctor

      xproject doctor --json

      xproject doctor --compile
    """
    if compile_:
        from projector.cli import messages
        from projector.cli.compiling import compile_all

        for one in compile_all():
            messages.say(f"compiled: {one.engine} ({one.seconds} s)")
        return
    findings = diagnose()
    if as_json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
        return
    show(findings)


def show(findings: list[Finding]) -> None:
    """The table, on standard output: it is what the command was asked for."""
    from rich.markup import escape

    from projector.cli import messages

    console = messages.console(stderr=False)
    table = messages.table("xproject doctor")
    for heading in ("", "what", "found", "to get it"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        mark = "[green]yes[/]" if finding.ok else "[yellow]no[/]"
        table.add_row(mark, escape(finding.what), escape(finding.found), escape(finding.mend))
    console.print(table)
