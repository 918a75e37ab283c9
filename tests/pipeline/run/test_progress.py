from __future__ import annotations

import time

from projector.pipeline.chain import Tally
from projector.pipeline.phases import Input
from projector.pipeline.run import progress
from projector.pipeline.run.progress import Progress, duration
from projector.pipeline.run.summary import Summary


def test_a_line_has_rate_time_left_rejects_and_the_projected_share(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"x" * 1000)
    shown = Progress(quiet=True)
    shown.phase("align, project", [Input(str(source), "in")], 1, 2)
    shown.skip(500)
    time.sleep(0.02)
    shown.advance(250, Summary(rejected=3, spans=40, projected=38), Tally(records=1200))
    line = shown.line()
    assert line.startswith("align, project (2/2): 1,200 records, ")
    assert "75%, 0:00:00 left" in line
    assert line.endswith("3 rejected, 95.0% of the spans projected")


def test_the_time_left_is_not_guessed_for_a_stream():
    shown = Progress(quiet=True)
    shown.phase("translate", [Input("-", "-")], 0, 1)
    shown.advance(250, Summary(), Tally(records=2))
    assert "left" not in shown.line()


def test_learning_is_said_until_the_first_block_is_done():
    shown = Progress(quiet=True)
    shown.phase("align", [], 0, 2)
    shown.say_slow("align: learning from the whole corpus")
    assert shown.line() == "align: learning from the whole corpus (1/2)"
    shown.advance(10, Summary(), Tally(records=1))
    assert shown.line().startswith("align (1/2): 1 records")


def test_nothing_is_shown_in_the_first_seconds_then_plain_lines(capsys, monkeypatch):
    with Progress(terminal=False, every=0.01) as shown:
        shown.phase("translate", [], 0, 1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.01)
    with Progress(terminal=False, every=0.01) as shown:
        shown.phase("translate", [], 0, 1)
        time.sleep(0.2)
    lines = capsys.readouterr().err.splitlines()
    assert lines and all(line.startswith("translate: 0 records") for line in lines)


def test_a_quiet_run_says_nothing(capsys):
    with Progress(quiet=True) as shown:
        shown.say("something")
    assert capsys.readouterr().err == ""


def test_durations_are_readable():
    assert [duration(s) for s in (0, 75, 3600 * 30)] == ["0:00:00", "0:01:15", "30:00:00"]


def test_what_is_said_at_the_opening_comes_when_the_run_begins(capsys):
    shown = Progress(opening="first use", terminal=False)
    assert capsys.readouterr().err == ""
    with shown:
        pass
    assert capsys.readouterr().err.startswith("xproject: first use\n")
    with Progress(quiet=True, opening="first use"):
        pass
    assert capsys.readouterr().err == ""
