"""The format of a file from its name and its first bytes.

Each format says how sure it is (`Format.recognises`), and the surest is taken. A suffix of the
format counts `BY_NAME`: contents that are surer than that are believed before the name, others only
where the name says nothing.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

from projector.errors import DataError, UsageError
from projector.io.formats.shared.format import AnyFormat, Sample
from projector.io.formats.shared.registry import formats
from projector.io.shards import input_files
from projector.io.streams import open_read

PEEK = 1 << 16  # bytes that are looked at
BY_NAME = 0.8
COMPRESSED = re.compile(r"\.(gz|zst)$")


def guess(path: str) -> str:
    """The name of the format of a path.

    Raises:
        UsageError: it cannot be told; the message asks for ``--from``.
        DataError: no such file.
    """
    if path == "-":
        return "jsonl"
    readable = [each for each in formats() if each.read is not None]
    if os.path.isdir(path):
        inside = _names_inside(path)
        sure = {f.name: f.recognises_folder(inside) for f in readable if f.recognises_folder}
        if max(sure.values()) <= 0:
            sure = _of_shards(path, readable)
    else:
        sample = _sample(input_files(path)[0])
        sure = {each.name: _certainty(each, sample) for each in readable}
    found = max(sure, key=lambda name: sure[name], default="")
    if found and sure[found] > 0:
        return found
    what = "a folder of no known kind" if os.path.isdir(path) else "contents of no known format"
    raise UsageError(
        f"{path}: found {what}; say the format with --from ({', '.join(f.name for f in readable)})"
    )


def _names_inside(path: str) -> frozenset[str]:
    """The names of a folder's files, and of those in folders inside it (``data/x.parquet``)."""
    folder = Path(path)
    inside = [*folder.glob("*"), *folder.glob("*/*")]
    return frozenset(found.relative_to(folder).as_posix() for found in inside)


def _of_shards(path: str, readable: list[AnyFormat]) -> dict[str, float]:
    """How sure the names of a folder's files make us; by the contents where all are of a kind."""
    try:
        files = input_files(path, ())
    except DataError:
        return {}
    names = [bare_name(file) for file in files]
    known = [f for f in readable if any(name.endswith(f.suffixes) for name in names)]
    if len(known) > 1:
        raise UsageError(
            f"{path}: found files of several formats ({', '.join(f.name for f in known)}); say "
            "with --from which are wanted"
        )
    wanted = known[0].suffixes if known else ()
    sample = _sample(next(f for f in files if not wanted or bare_name(f).endswith(wanted)))
    return {each.name: _certainty(each, sample) for each in readable}


def guess_output(path: str) -> str:
    """The format to write for a name; JSON Lines for ``-``.

    Raises:
        UsageError: the name says nothing; the message asks for ``--to``.
    """
    if path == "-":
        return "jsonl"
    name = bare_name(path)
    writable = [each for each in formats() if each.write is not None]
    for each in writable:
        if name.endswith(each.suffixes):
            return each.name
    raise UsageError(
        f"{path}: cannot tell the format from the name; say it with --to "
        f"({', '.join(f.name for f in writable)})"
    )


def bare_name(path: str) -> str:
    """The file's name in small letters, without the suffix of its compression."""
    return COMPRESSED.sub("", Path(path).name.lower())


def _certainty(found: AnyFormat, sample: Sample) -> float:
    by_name = BY_NAME if sample.name.endswith(found.suffixes) else 0.0
    return max(by_name, found.recognises(sample) if found.recognises else 0.0)


def _sample(path: str) -> Sample:
    """The beginning of a file. Of a pipe nothing is read: it could not be read again."""
    if os.path.exists(path) and not os.path.isfile(path):
        return Sample(bare_name(path), "", whole=False)
    with open_read(path) as stream:
        try:
            head = stream.read(PEEK)
        except (EOFError, OSError, zlib.error) as error:
            raise DataError(
                f"found a damaged file ({error})", reason="unreadable", path=path
            ) from error
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return Sample(bare_name(path), text, whole=len(head) < PEEK)
