from __future__ import annotations

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from projector.pipeline import blocks
from projector.pipeline.blocks import BlockReader

LINES = st.lists(st.sampled_from([b"a\n", b"\n", b"long line\n", b"  \n", b"\r\n", b"\xff\n"]))


@given(LINES, st.booleans(), st.integers(1, 5))
def test_blocks_hold_every_line_once_and_know_where_they_begin(lines, cut, size):
    data = b"".join(lines)[: -1 if cut else None]
    reader = BlockReader(io.BytesIO(data), size=size)
    found = list(reader)
    assert b"".join(block.data for block in found) == data
    assert [block.number for block in found] == list(range(len(found)))
    line = 1
    for block in found:
        assert block.first_line == line
        line += (
            len(block.data.splitlines(keepends=True))
            if b"\r" not in block.data
            else len(block.data.split(b"\n")) - (block.data.endswith(b"\n"))
        )
        assert sum(1 for part in block.data.split(b"\n") if part.strip()) <= size
    assert reader.digest == hashlib.sha256(data).hexdigest()
    assert reader.bytes == len(data)
    assert reader.records == sum(1 for part in data.split(b"\n") if part.strip())


def test_a_limit_ends_in_the_middle_of_a_block():
    reader = BlockReader(io.BytesIO(b"1\n\n2\n3\n4\n"), size=2, limit=3)
    assert [block.data for block in reader] == [b"1\n\n2\n", b"3\n"]
    assert list(BlockReader(io.BytesIO(b"1\n"), limit=0)) == []


def test_long_documents_close_a_block_early(monkeypatch):
    monkeypatch.setattr(blocks, "MAX_BYTES", 10)
    reader = BlockReader(io.BytesIO(b"123456\n" * 5), size=100)
    assert [len(block.data) for block in reader] == [14, 14, 7]
