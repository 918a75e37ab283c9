from __future__ import annotations

import pytest

from projector.errors import DataError
from projector.pipeline.chain import Done, Tally
from projector.pipeline.run.journal import Header, Journal
from projector.pipeline.run.store import Store


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
    with pytest.raises(DataError, match="block 0 after 1 blocks"):
        Journal(path)


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
