"""Bounds on what is read: a clear error that names its variable, and memory that stays flat."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from projector.errors import DataError, UsageError
from projector.io.formats import read_lines
from projector.io.jsonl import encode
from projector.io.limits import check_size, limits
from projector.records import Document, Pair, Span

GOOD = b'{"id": "good", "text": "fine"}\n'


def test_a_line_without_end_is_an_error_and_the_next_ones_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XPROJECT_MAX_LINE_BYTES", "1000")
    long = json.dumps({"id": "long", "text": "x " * 2000}).encode()
    (tmp_path / "in.jsonl").write_bytes(GOOD + long + b"\n" + GOOD)
    for name in ("jsonl", "text", "conll"):
        found = [line.error for line in read_lines(tmp_path / "in.jsonl", name)]
        errors = [error for error in found if error is not None and error.reason == "too_long"]
        assert len(errors) == 1, name
        assert "XPROJECT_MAX_LINE_BYTES" in str(errors[0])
    lines = list(read_lines(tmp_path / "in.jsonl"))
    assert [line.record is not None for line in lines] == [True, False, True]
    assert [line.number for line in lines] == [1, 2, 3]


def test_files_that_are_read_whole_have_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text('{"data": []}' + " " * 100)
    monkeypatch.setenv("XPROJECT_MAX_FILE_BYTES", "100")
    with pytest.raises(DataError, match="XPROJECT_MAX_FILE_BYTES"):
        list(read_lines(tmp_path / "a.json", "squad"))


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_an_archive_of_zeros_costs_neither_time_nor_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"zeros.jsonl.{suffix}"
    zeros = bytes(1 << 20)
    with path.open("wb") as raw:
        if suffix == "gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as packer:
                for _ in range(400):
                    packer.write(zeros)
        else:
            with zstandard.ZstdCompressor(level=19).stream_writer(raw) as writer:
                for _ in range(2000):
                    writer.write(zeros)
    program = """
import resource, sys
from projector.errors import DataError
from projector.io.formats import read_lines
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(read_lines(sys.argv[1], sys.argv[2]))
except DataError as error:
    print(error.reason, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    for name in ("jsonl", "squad"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(path), name],
            capture_output=True, text=True, check=True, timeout=100,
        )  # fmt: skip
        reason, megabytes = done.stdout.split()
        assert reason == "expands_too_much"
        assert int(megabytes) < 300


def test_ordinary_archives_are_read_whole(tmp_path: Path) -> None:
    data = GOOD * 200_000  # repeats itself more than data do
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(data[: len(data) // 2]))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data[: len(data) // 2]))
    for suffix in ("zst", "gz"):
        assert sum(1 for _ in read_lines(tmp_path / f"a.jsonl.{suffix}")) == 100_000


def test_documents_with_too_many_spans_or_a_word_without_end() -> None:
    spans = [Span(f"s{n}", 0, 1, "X") for n in range(limits().spans + 1)]
    with pytest.raises(DataError, match="XPROJECT_MAX_SPANS"):
        check_size(Document("d", "a", spans=spans))
    with pytest.raises(DataError, match="XPROJECT_MAX_WORD"):
        check_size(Pair("p", Document("p", "a"), Document("p", "ab " + "x" * 20_000)))
    check_size(Document("d", "a", spans=spans[1:]))
    check_size(Document("d", "\u6f22\u5b57" * 20_000))  # no spaces there, and no long word
    check_size(Document("d", "a word " * 20_000))


def test_too_large_records_are_rejected_lines(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(encode(Document("d", "x" * 200_000)) + GOOD)
    first, second = read_lines(tmp_path / "in.jsonl")
    assert first.error is not None
    assert first.error.reason == "too_large"
    assert second.record is not None


def test_a_bound_that_is_no_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPROJECT_MAX_WORD", "many")
    with pytest.raises(UsageError, match="XPROJECT_MAX_WORD"):
        limits()


@pytest.mark.parametrize("encoding", ["rot13", "zip", "utf-16", "hex", "nonsense"])
def test_encodings_that_are_none_of_text_lines(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "in.txt").write_text("uryyb\n")
    with pytest.raises(UsageError, match="encoding"):
        list(read_lines(tmp_path / "in.txt", "text", {"encoding": encoding}))
