"""JSON Lines: every line accounted for, bad ones with their place."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import DataError, UsageError
from projector.io.jsonl import read_lines, read_records, write_records
from projector.io.streams import open_write
from projector.records import Document, Pair, Span


def test_good_and_bad_lines_in_order(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"id":"a","text":"x"}\n\n{"id":"b"\n[1]\n\xff\n{"id":"c","text":"z"}')
    lines = list(read_lines(path))
    assert [line.number for line in lines] == [1, 3, 4, 5, 6]
    assert [line.error.reason if line.error else "" for line in lines] == [
        "",
        "invalid_json",
        "not_an_object",
        "invalid_utf8",
        "",
    ]
    assert str(lines[1].error).startswith(f"{path}:3: ")
    assert lines[1].raw.strip() == '{"id":"b"'


def test_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "bom.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id":"a","text":"x"}\n')
    assert [r.id for r in read_records(path)] == ["a"]


def test_first_bad_line_raises_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id":"a","text":"x"}\n{"id":"b","text":5}\n')
    with pytest.raises(DataError, match=r"in\.jsonl:2: text: expected `str`, got `int`"):
        list(read_records(path))


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_written_records_come_back(tmp_path: Path, suffix: str) -> None:
    records = [
        Document("a", "Zoë 👩‍🚀 in Köln", "de", spans=[Span("s0", 11, 15, "LOC", score=0.5)]),
        Pair(
            "p",
            Document("p", "a", "en", [(0, 1)]),
            Document("p", "b", "de", [(0, 1)]),
            [(0, 0, 0.25)],
        ),
    ]
    path = tmp_path / f"x{suffix}"
    assert write_records(records, path) == 2
    assert list(read_records(path)) == records


def test_damaged_gzip_is_a_data_error(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id":"a","text":"x"}\n' * 1000)[:-20])
    with pytest.raises(DataError, match="gzip"):
        list(read_lines(path))


def test_output_is_complete_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    def failing():  # type: ignore[no-untyped-def]
        yield Document("a", "x")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_records(failing(), path)
    assert list(tmp_path.iterdir()) == []
    write_records([Document("a", "x")], path)
    with pytest.raises(UsageError, match="--force"):
        write_records([], path)
    write_records([], path, force=True)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_millions_of_blank_lines_are_passed_over_at_once_and_counted(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"in.jsonl{suffix}"
    with open_write(path) as stream:
        stream.write(b"\n" * 3_000_000 + b'  \r\n{"text":"a"}\n\n\n{"text":"b"}')
    began = time.process_time()
    assert [line.number for line in read_lines(path)] == [3_000_002, 3_000_005]
    assert time.process_time() - began < 2  # a line at a time they take more than five


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_records_or_errors_never_an_exception(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    lines = list(read_lines(path))
    assert all((line.record is None) != (line.error is None) for line in lines)
    filled = [part for part in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if part.strip()]
    assert len(lines) <= len(filled)
