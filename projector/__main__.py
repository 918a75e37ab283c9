"""``python -m projector`` is ``xproject``."""

from __future__ import annotations

from projector.cli.main import entry

if __name__ == "__main__":
    entry()
