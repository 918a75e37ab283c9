"""The program's first code: ``xproject``, and ``python -m projector``, which is the same.

Ctrl-C while the modules are still being imported ends the process as it ends any program, without
a traceback of whatever was being imported; after that `projector.cli.main` has its own sentence.
"""

from __future__ import annotations

import signal


def entry() -> None:
    """The program in a process of its own."""
    # Where SIGINT is ignored (in the background of a script), it stays so.
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from projector.cli.main import entry as run

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    entry()
