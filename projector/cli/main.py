"""The entry point of ``xproject``: one table of commands, and exit codes for what goes wrong.

A command's module is imported only when that command is called, so ``--help`` stays quick.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from projector import __version__
from projector.cli import messages
from projector.errors import Interrupted, ProjectorError, UsageError, suggestion
from projector.redact import redacted
from projector.runtime import relax_gc


class Command(NamedTuple):
    """Where a command's function lives, the line for the overview, and its group there."""

    where: str
    summary: str
    group: str


MAKE, LOOK, FILES = "Make data", "Look and measure", "Files and formats"

# One line a command: name -> module:function, what it does, its group in `xproject --help`.
COMMANDS: dict[str, Command] = {
    "run": Command("projector.cli.run:command", "Run the stages of a YAML recipe.", MAKE),
    "annotate": Command(
        "projector.cli.annotate:command", "Add tokens, entities and POS tags.", MAKE
    ),
    "translate": Command("projector.cli.translate:command", "Translate documents.", MAKE),
    "pair": Command("projector.cli.pair:command", "Join two parallel files into pairs.", MAKE),
    "align": Command("projector.cli.align:command", "Link the words of the two sides.", MAKE),
    "project": Command("projector.cli.project:command", "Carry the annotations over.", MAKE),
    "qa": Command("projector.cli.qa:command", "Make question-answer examples.", MAKE),
    "generate": Command(
        "projector.cli.generate:command", "Write annotated data by an LLM, checked.", MAKE
    ),
    "convert": Command("projector.cli.convert:command", "Convert between file formats.", FILES),
    "export": Command("projector.cli.export:command", "Write the target side alone.", FILES),
    "evaluate": Command("projector.cli.evaluate:command", "Compare with gold data.", LOOK),
    "compare": Command("projector.cli.compare:command", "Methods side by side, one table.", LOOK),
    "filter": Command("projector.cli.filter:command", "Take out pairs that look wrong.", MAKE),
    "demo": Command("projector.cli.demo:command", "The main job over the samples.", LOOK),
    "probe": Command("projector.cli.probe:command", "Does the silver train?", LOOK),
    "report": Command("projector.cli.report:command", "An HTML page to look at.", LOOK),
    "card": Command("projector.cli.card:command", "A data set's card, Croissant too.", FILES),
    "push": Command("projector.cli.push:command", "Upload a data set to a hub.", FILES),
    "lexicon": Command("projector.cli.lexicon:command", "Make a lexicon for align.", MAKE),
    "models": Command("projector.cli.models:command", "Translation models: list, add.", MAKE),
    "calibrate": Command("projector.cli.calibrate:command", "Learn what scores are worth.", LOOK),
    "check": Command("projector.cli.check:command", "Check a recipe; no model loads.", LOOK),
    "doctor": Command("projector.cli.doctor:command", "What is installed, what is missing.", LOOK),
}

EXIT_INTERRUPTED = 130
COMPLETE = "_XPROJECT_COMPLETE"  # set by the shell while it completes a line


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 too many records rejected or all of them, 2 wrong usage or recipe, 3 unreadable
    data, 4 an engine failed, 130 interrupted. A user's mistake is one line on standard error;
    ``--debug`` adds the traceback.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    words, flags = _global_flags(given)
    messages.debug, messages.quiet = "--debug" in flags, "--quiet" in flags
    try:
        code = _app(words)(args=words, prog_name="xproject", standalone_mode=False)
        _flush_output()
        if code == EXIT_INTERRUPTED:
            print("xproject: interrupted", file=sys.stderr)
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, Interrupted) as error:
        print(f"xproject: {error or 'interrupted'}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise  # typer turns a broken pipe into an exit with code 1
        # The reader of our output went away (`| head`): not our error. Nothing more can be
        # written, not even by the interpreter's last flush.
        _drop_output()
        return 0
    except Exception as error:
        if messages.debug:
            import traceback

            traceback.print_exc()
        text, code = describe(error)
        if text:
            print(f"xproject: error: {messages.plain(redacted(text))}", file=sys.stderr)
        try:
            _flush_output()
        except Exception:
            _drop_output()
        return code


def _flush_output() -> None:
    """Send on what was printed: that it cannot be is said by us, not by Python at its end.

    Raises:
        OSError: a full disk, or a reader that went away.
        UsageError: standard output is closed, and something was printed.
    """
    if isinstance(sys.stdout, ClosedOutput) and sys.stdout.lost:
        raise UsageError("found standard output closed, wanted a file or a pipe to print to")
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from error


def _drop_output() -> None:
    """Let nothing more be sent, not by the interpreter's last flush either, which exits by 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def describe(error: Exception) -> tuple[str, int]:
    """The line to print for an exception, and the exit code."""
    if isinstance(error, ProjectorError):
        return str(error) or type(error).__name__, error.exit_code
    if isinstance(error, typer.Exit):
        return "", error.exit_code
    if isinstance(error, typer.Abort):
        return "interrupted", EXIT_INTERRUPTED
    if callable(format_message := getattr(error, "format_message", None)):  # a usage error
        return _one_line(format_message()), 2
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = " (free some space, then go on with --resume)" if full else ""
        return f"{where}{error.strerror or error}{advice}", 3
    if isinstance(error, MemoryError):
        return "out of memory: fewer --workers or a smaller --block-size need less", 4
    kind = type(error).__name__
    return _one_line(f"internal error, {kind}: {error} (--debug shows where)"), 4


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _global_flags(words: list[str]) -> tuple[list[str], set[str]]:
    """``--debug`` and ``--quiet`` are understood anywhere, before ``--``, by every command."""
    end = words.index("--") if "--" in words else len(words)
    names = {"--debug": "--debug", "--quiet": "--quiet", "-q": "--quiet"}
    flags = {names[w] for w in words[:end] if w in names}
    return [w for n, w in enumerate(words) if n >= end or w not in names], flags


def _app(words: Sequence[str]) -> typer.Typer:
    """The application, with the called command's module imported and no other."""
    app = typer.Typer(
        name="xproject",
        help="Silver training data in another language: translate, align words, project labels.",
        epilog="Each command has examples: xproject COMMAND --help\n\n"
        "Exit codes: 0 done; 1 too many records rejected, or all of them; 2 wrong usage or "
        "recipe; 3 unreadable data; 4 an engine failed; 130 interrupted.",
        add_completion=True,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_overall)
    completing = COMPLETE in os.environ
    called = (
        next((word for word in _typed() if word in COMMANDS), None)
        if completing
        else next((word for word in words if not word.startswith("-")), None)
    )
    if called is None:
        for name, entry in COMMANDS.items():
            app.command(name, short_help=entry.summary, rich_help_panel=entry.group)(_unloaded)
    elif called in COMMANDS:
        app.command(called)(_load(COMMANDS[called].where))
    else:
        raise UsageError(f"no command is called {called!r}" + suggestion(called, COMMANDS))
    return app


def _typed() -> list[str]:
    """The finished words of the line that a shell wants completed."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = line.split()[1:]
    return words if line[-1:].isspace() else words[:-1]


def _load(where: str) -> Callable[..., object]:
    module, _, attribute = where.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), attribute)
    return function


def _unloaded() -> None:
    """Stands for a command in the overview."""


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"xproject {__version__}")
        raise typer.Exit


def _overall(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Only data and errors, with every command.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error, with every command.")
    ] = False,
) -> None:
    """Flags that every command understands (taken off before the command sees its words)."""


def hold_standard_streams() -> None:
    """Keep the numbers 0 to 2 from being given to files where the shell has closed them.

    Python then has no ``sys.stdin``, which `projector.io.streams` says when it is wanted; but the
    next file to be opened would become what libraries print to.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for the life of the process


class ClosedOutput(io.TextIOBase):
    """Stands for a standard output that the shell has closed.

    What is printed to it goes nowhere, and the run goes on: a library may have printed it. That it
    is ``lost`` is said at the end.
    """

    lost = False

    def write(self, text: str, /) -> int:
        self.lost = self.lost or bool(text.strip())
        return len(text)


def entry() -> None:
    """The program ``xproject``: `main` in a process of its own."""
    hold_standard_streams()
    relax_gc()
    sys.exit(main())


if __name__ == "__main__":
    entry()
