from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys

import pytest

from projector import __version__
from projector.cli import main as cli
from projector.cli.main import COMMANDS, Command, describe, main
from projector.errors import DataError, EngineError, Interrupted, TooManyRejects, UsageError


def test_help_lists_every_command_without_loading_one(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert name in text
        assert entry.summary.split(".")[0] in " ".join(text.split())


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from projector.cli.main import main; main(['--help']);"
        "heavy = {'torch','transformers','numpy','scipy','numba','ray','spacy','yaml','jinja2'};"
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_examples(name, capsys):
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert f"xproject {name}" in text


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xproject {__version__}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["projcet", "x"], "no command is called 'projcet'; did you mean 'project'"),
        (["--bogus"], "No such option: --bogus"),
        (["align", "--engin", "hmm"], "--engine"),
        (["align", "--workers", "none"], "--workers"),
        (["align", "--workers", "0"], "--workers"),
        (["run"], "RECIPE"),
        (["align", "a", "b"], "b"),
        (["align", "--engine", "hmmm"], "did you mean 'hmm'"),
        (["align", "--set", "beam"], "wanted KEY=VALUE"),
        (["translate", "x.jsonl"], "wants 'to'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(words, message, capsys):
    assert main(words) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("xproject: error: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UsageError("no"), 2, "no"),
        (DataError("no", path="in", line=3), 3, "in:3: no"),
        (EngineError("no"), 4, "no"),
        (TooManyRejects("no"), 1, "no"),
        (OSError(errno.ENOSPC, "No space left on device", "out"), 3, "--resume"),
        (MemoryError(), 4, "out of memory"),
        (
            ZeroDivisionError("division\nby zero"),
            4,
            "internal error, ZeroDivisionError: division by",
        ),
    ],
)
def test_each_error_has_its_exit_code_and_one_line(error, code, text, monkeypatch, capsys):
    assert describe(error)[1] == code
    use(monkeypatch, error)
    assert main(["fails"]) == code
    err = capsys.readouterr().err
    assert text in err and err.count("\n") == 1 and "Traceback" not in err
    assert main(["fails", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted("interrupted; go on with x")])
def test_an_interrupted_command_ends_with_130(error, monkeypatch, capsys):
    use(monkeypatch, error)
    assert main(["fails"]) == 130
    assert "interrupted" in capsys.readouterr().err


def use(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """A command ``fails`` that raises this."""

    def command() -> None:
        raise error

    monkeypatch.setitem(cli.COMMANDS, "fails", Command("nowhere:command", "Fails.", "Look"))
    monkeypatch.setattr(cli, "_load", lambda where: command)


@pytest.mark.parametrize("words", ["doctor --json", "models list", "--version", "--help"])
@pytest.mark.parametrize(
    ("stream", "code", "said"),
    [(">&-", 2, "found standard output closed"), (">/dev/full", 3, "No space left on device")],
)
def test_what_cannot_be_printed_is_an_error(words, stream, code, said):
    command = f"{sys.executable} -m projector {words} {stream}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == code
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    texts = tmp_path / "t.txt"
    texts.write_text("some text\n" * 20000)
    pipe = f"{sys.executable} -m projector pair {texts} {texts} | head -1 >/dev/null"
    done = subprocess.run(
        ["bash", "-c", pipe + "; echo ${PIPESTATUS[0]}"], capture_output=True, text=True
    )
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_ctrl_c_while_the_program_is_imported_ends_it_without_a_traceback(tmp_path):
    (tmp_path / "typer.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n"
    )
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "projector", "--version"]
    done = subprocess.run(
        command,
        env=env,
        capture_output=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # not ignored, as after &
    )
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")
