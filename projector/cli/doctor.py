"""``xproject doctor``: what is installed, what is missing, and the command that gets it."""

from __future__ import annotations

from projector.cli.diagnosis import Finding, diagnose
from projector.cli.options import AsJson


def command(as_json: AsJson = False) -> None:
    """Say for every engine whether it can be used here, and what to type if not.

    Examples:

      xproject doctor

      xproject doctor --json
    """
    findings = diagnose()
    if as_json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
        return
    show(findings)


def show(findings: list[Finding]) -> None:
    """The table, on standard output: it is what the command was asked for."""
    from rich.markup import escape
    from rich.table import Table

    from projector.cli import messages

    console = messages.console(stderr=False)
    table = Table(title="xproject doctor", title_justify="left")
    for heading in ("", "what", "found", "to get it"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        mark = "[green]yes[/]" if finding.ok else "[yellow]no[/]"
        table.add_row(mark, escape(finding.what), escape(finding.found), escape(finding.mend))
    console.print(table)
