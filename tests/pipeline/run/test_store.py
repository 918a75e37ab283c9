from __future__ import annotations

import pytest

from projector.errors import DataError
from projector.pipeline.chain import Done, Tally
from projector.pipeline.run.journal import Header, Journal
from projector.pipeline.run.store import Store, foreign_file


def block(number: int) -> Done:
    return Done(0, number, b"%d\n" % number, [], Tally(records=1, written=1))


@pytest.fixture
def store(tmp_path):
    journal = Journal(tmp_path / "journal")
    journal.append([Header({}, 1)])
    made = Store(tmp_path, journal)
    yield made
    made.close()


@pytest.mark.parametrize("where", ["append", "sync"])
def test_an_interruption_while_committing_writes_nothing_twice(store, tmp_path, monkeypatch, where):
    store.open(0, 0)
    store.add(0, block(0), 11)
    store.commit()
    store.add(0, block(1), 12)
    if where == "append":
        write = store.journal.append

        def interrupted(entries):
            write(entries)
            raise KeyboardInterrupt

        monkeypatch.setattr(store.journal, "append", interrupted)
    else:
        monkeypatch.setattr("os.fsync", interrupted_sync)
    with pytest.raises(KeyboardInterrupt):
        store.commit()
    monkeypatch.undo()
    store.commit()
    store.close()
    again = Journal(tmp_path / "journal")
    marks = again.blocks[0, 0]
    assert marks.end == ([2, 4] if where == "append" else [2])
    again.close()


def interrupted_sync(_: int) -> None:
    raise KeyboardInterrupt


def test_a_journal_with_a_block_twice_is_damaged(store, tmp_path):
    store.open(0, 0)
    store.add(0, block(0), 11)
    store.commit()
    store.close()
    path = tmp_path / "journal"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1], lines[-1]]))
    with pytest.raises(DataError, match=r"journal:3: .*its checksum is another"):
        Journal(path)


def test_a_journal_with_a_changed_number_is_damaged(store, tmp_path):
    """Every digit and letter of every line but the last counts, and so does the lines' order."""
    store.open(0, 0)
    for number in range(3):
        store.add(0, block(number), 11)
        store.commit()
    store.close()
    path = tmp_path / "journal"
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n")
    for at in range(last):
        changed = bytearray(whole)
        changed[at] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DataError, match="damaged journal"):
            Journal(path)
    lines = whole.splitlines(keepends=True)
    for wrong in ([*lines[:2], *lines[3:]], [lines[0], lines[2], lines[1], lines[3]]):
        path.write_bytes(b"".join(wrong + [lines[-1]] * 2))
        with pytest.raises(DataError, match="damaged journal"):
            Journal(path)


def test_what_stands_behind_the_rejects_of_a_complete_shard_is_cut_off(store):
    """Also where the shard has no rejects at all: found by an attack on a folder of shards."""
    store.open(0, 0)
    store.add(0, block(0), 11)
    store.close_shard(0, 0)
    store.rejected_path(0, 0).write_bytes(b"[1,{}]\n")
    store.check_rejected(0, 0)
    assert store.rejected_path(0, 0).read_bytes() == b""


def test_a_kept_file_that_was_changed_or_deleted_is_noticed(store, tmp_path):
    store.keep_state(0, b"learned", ["digest"])
    assert store.kept_state(0) == (b"learned", ["digest"])
    assert store.kept_state(1) is None
    store.state_path(0).write_bytes(b"learnt!")
    with pytest.raises(DataError, match=r"phase0\.state: found it changed"):
        store.kept_state(0)
    store.state_path(0).unlink()
    with pytest.raises(DataError, match="found no such file"):
        store.kept_state(0)


def test_a_folder_that_no_run_has_written_is_told_from_one_that_a_run_has(store, tmp_path):
    assert foreign_file(tmp_path) == ""
    (tmp_path / "thesis.tex").write_text("mine")
    assert foreign_file(tmp_path) == "thesis.tex"
    for names in ({"journal": "Dear diary"}, {"input.jsonl": "{}"}):
        folder = tmp_path / "other"
        folder.mkdir(exist_ok=True)
        for name, text in names.items():
            (folder / name).write_text(text)
        assert foreign_file(folder) in names
        for name in names:
            (folder / name).unlink()
    assert foreign_file(folder) == ""


def test_what_was_not_committed_is_cut_off(store, tmp_path):
    store.open(0, 0)
    store.add(0, block(0), 11)
    store.commit()
    store.add(0, block(1), 12)
    store._pending.entries.clear()
    store.close()
    later = Store(tmp_path, Journal(tmp_path / "journal"))
    assert later.open(0, 0).end == [2]
    assert later.path(0, 0).read_bytes() == b"0\n"
    later.close()
