from __future__ import annotations

import pytest

from projector.errors import DataError, EngineError, UsageError
from projector.pipeline.chain import Block, Chain, process, read_block
from projector.pipeline.in_memory import apply
from projector.records import Document
from projector.stage import Rejected


class Stage:
    """Whatever a function does to a record."""

    name, sees_corpus = "stage", False
    needs = gives = frozenset()

    def __init__(self, each):
        self.each = each

    def process(self, records):
        return [self.each(record) for record in records]

    def close(self):
        pass


def refuse(error):
    def each(record):
        if record.text == "bad":
            raise error
        return record

    return Stage(each)


DOCS = [Document("a", "good"), Document("b", "bad"), Document("c", "good")]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DataError("odd", reason="odd_record"), "odd_record"),
        (ValueError("odd\nindeed"), "stage_error"),
        (RecursionError(), "stage_error"),
        (UsageError("no such language"), "not_possible"),
    ],
)
def test_one_bad_record_does_not_take_its_neighbours_along(error, reason):
    outcomes = process(refuse(error), DOCS)
    assert [outcomes[0], outcomes[2]] == [DOCS[0], DOCS[2]]
    assert (outcomes[1].id, outcomes[1].reason) == ("b", reason)
    assert "\n" not in outcomes[1].detail


def test_an_engine_that_fails_as_a_whole_is_no_matter_of_records():
    with pytest.raises(EngineError, match="no server"):
        process(refuse(EngineError("no server")), DOCS)


def test_a_command_that_can_be_done_for_no_record_is_wrong_usage():
    def each(record):
        raise UsageError("no such language")

    line = b'{"text": "bad"}\n'
    with pytest.raises(UsageError, match="no such language"):
        Chain([Stage(each)]).run(Block(0, 0, 1, line * 3))
    done = Chain([Stage(each)]).run(Block(0, 1, 1, line * 3))
    assert [reject.reason for reject in done.rejects] == ["not_possible"] * 3


def test_a_stage_that_loses_a_record_is_caught():
    class Loses(Stage):
        def process(self, records):
            return records[1:]

    with pytest.raises(EngineError, match="gave 2 outcomes for 3 records"):
        process(Loses(None), DOCS)


def test_line_numbers_survive_from_one_part_of_a_run_to_the_next():
    data = b'{"id":"a","text":"1"}\n\nnonsense\n{"id":"b","text":"2"}\n'
    first = Chain([], numbered=True).run(Block(0, 0, 41, data, "in"))
    assert first.output.split(b"\t")[0] == b"41"
    lines = read_block(Block(0, 0, 1, first.output, "in", numbered=True))
    assert [(line.number, line.record.id) for line in lines] == [(41, "a"), (44, "b")]
    assert [reject.line for reject in first.rejects] == [43]
    assert first.tally.records == first.tally.written + first.tally.rejected == 3


def test_a_text_of_odd_line_ends_stays_one_record():
    text = "one\u2028two\x85three\x0bfour"
    data = ('{"id":"a","text":"' + text.replace("\x0b", "\\u000b") + '"}\r\n').encode()
    done = Chain([], numbered=True).run(Block(0, 0, 1, data))
    (line,) = read_block(Block(0, 0, 1, done.output, numbered=True))
    assert line.record.text == text


def test_records_in_memory_go_through_the_same_stages():
    class Counts(Stage):
        sees_corpus = True

        def fit(self, records):
            self.total = sum(1 for _ in records)

        def process(self, records):
            return [Document(r.id, f"{r.text} of {self.total}") for r in records]

    assert [d.text for d in apply([Counts(None)], iter(DOCS))] == [
        "good of 3",
        "bad of 3",
        "good of 3",
    ]
    with pytest.raises(DataError, match="rejected 'b': because"):
        apply([Stage(lambda r: Rejected(r.id, "x", "because") if r.text == "bad" else r)], DOCS)
    assert apply([refuse(ValueError())], []) == []
