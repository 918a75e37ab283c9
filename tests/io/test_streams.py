"""Opening and writing files: reasons in words, nothing half written."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.io.streams import check_writable, open_read, open_write


def test_reasons_for_unreadable_files(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "directory"), (tmp_path / "none", "no such file")):
        with pytest.raises(DataError, match=why), open_read(path):
            pass


def test_gzip_bytes_do_not_depend_on_time_or_name(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with open_write(tmp_path / name) as stream:
            stream.write(b"same")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"same"


def test_not_writable_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        check_writable(tmp_path / "no" / "x", force=False)
    with pytest.raises(UsageError, match="directory"):
        check_writable(tmp_path, force=True)
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="--force"):
        check_writable(tmp_path / "x", force=False)


def test_devices_are_written_to_and_not_replaced() -> None:
    with open_write("/dev/null") as stream:
        stream.write(b"x")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("suffix", ["gz", "zst"])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damaged_archives_are_data_errors(tmp_path: Path, suffix: str, damage: str) -> None:
    path = tmp_path / f"x.{suffix}"
    with open_write(path) as stream:
        stream.write(b"".join(b"line %d\n" % n for n in range(5000)))
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] if damage == "cut" else data[:half] + b"xyz?" + data[half + 4 :])
    with pytest.raises(DataError, match="damaged"), open_read(path) as stream:
        stream.read()


def test_zstd_of_several_frames_is_read_whole(tmp_path: Path) -> None:
    import zstandard

    path = tmp_path / "x.zst"
    path.write_bytes(
        b"".join(zstandard.ZstdCompressor().compress(p) for p in (b"one\n", b"", b"two\n"))
    )
    with open_read(path) as stream:
        assert list(stream) == [b"one\n", b"two\n"]
