"""Which ids were seen before, in memory that does not grow with the file.

The first few thousand are held as they come; beyond that their 64-bit hashes go into a temporary
database on the disk, which is gone with the process.
"""

from __future__ import annotations

import sqlite3

HELD = 10_000


class SeenKeys:
    """A set of whole numbers of 64 bits: ``in`` and ``add``, nothing is taken out."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._recent: set[int] = set()
        self._disk: sqlite3.Connection | None = None

    def __contains__(self, key: int) -> bool:
        if key in self._recent:
            return True
        if self._disk is None:
            return False
        found = self._disk.execute("SELECT 1 FROM seen WHERE key = ?", (key,))
        return found.fetchone() is not None

    def add(self, key: int) -> None:
        """Remember a key."""
        self._recent.add(key)
        if len(self._recent) >= self._held:
            self._spill()

    def _spill(self) -> None:
        if self._disk is None:
            # "" is a temporary file of SQLite's own, deleted when the connection closes.
            self._disk = sqlite3.connect("", isolation_level=None)
            self._disk.execute("PRAGMA journal_mode = OFF")
            self._disk.execute("PRAGMA synchronous = OFF")
            self._disk.execute("PRAGMA cache_size = -2000")
            self._disk.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY)")
        self._disk.execute("BEGIN")
        keys = ((key,) for key in sorted(self._recent))
        self._disk.executemany("INSERT OR IGNORE INTO seen VALUES (?)", keys)
        self._disk.execute("COMMIT")
        self._recent.clear()
