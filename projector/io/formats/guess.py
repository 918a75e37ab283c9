"""The format of a file from its name, and from its first bytes where the name says too little."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

from projector.errors import DataError, UsageError
from projector.io.bio import ILL_FORMED
from projector.io.formats.columns import split_row
from projector.io.formats.comments import is_comment
from projector.io.formats.table import FORMATS
from projector.io.streams import open_read

PEEK = 1 << 16
_LINKS = re.compile(r"\d+[-?p]\d+(:[\d.]+)?")


def guess(path: str) -> str:
    """The name of the format of a path.

    Raises:
        UsageError: it cannot be told; the message asks for ``--from``.
        DataError: no such file.
    """
    if path == "-":
        return "jsonl"
    if os.path.isdir(path):
        return _folder(path)
    name = bare_name(path)
    for format_name, row in FORMATS.items():
        if name.endswith(row.suffixes):
            return format_name
    found = _sniff(path)
    if not found:
        raise UsageError(
            f"{path}: cannot tell its format from its name; say it with --from "
            f"({', '.join(n for n, row in FORMATS.items() if row.reads)})"
        )
    return found


def guess_output(path: str) -> str:
    """The format to write for a name; JSON Lines for ``-`` and for names that say nothing."""
    name = bare_name(path)
    for format_name, row in FORMATS.items():
        if row.writes and row.suffixes and name.endswith(row.suffixes):
            return format_name
    if path == "-":
        return "jsonl"
    raise UsageError(
        f"{path}: cannot tell the format from the name; say it with --to "
        f"({', '.join(n for n, row in FORMATS.items() if row.writes)})"
    )


def bare_name(path: str) -> str:
    """The file's name in small letters, without the suffix of its compression."""
    return re.sub(r"\.(gz|zst)$", "", Path(path).name.lower())


def _folder(path: str) -> str:
    inside = {Path(name).suffix for name in os.listdir(path)}
    if "hf" in FORMATS and {".arrow", ".parquet"} & inside:
        return "hf"
    if "hf" in FORMATS and "dataset_dict.json" in os.listdir(path):
        return "hf"
    if "brat" in FORMATS and ".ann" in inside:
        return "brat"
    raise UsageError(
        f"{path}: found a directory, wanted a file or a folder of a known kind (say it with --from)"
    )


def _sniff(path: str) -> str:
    with open_read(path) as stream:
        try:
            head = stream.read(PEEK)
        except (EOFError, OSError, zlib.error) as error:
            raise DataError(
                f"found a damaged file ({error})", reason="unreadable", path=path
            ) from error
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if text.lstrip().startswith(("{", "[")):
        return _sniff_json(text.lstrip())
    lines = text.split("\n")
    if len(head) == PEEK:
        lines.pop()
    filled = [line.rstrip("\r") for line in lines if line.strip()]
    if not filled:
        return "text"
    rows = [split_row(line, "auto") for line in filled if not is_comment(line)]
    if any(is_comment(line) for line in filled) and all(len(row) == 10 for row in rows):
        return "conllu"
    if rows and all(row[0].startswith("__label__") for row in rows):
        return "text-pairs"
    if all(_LINKS.fullmatch(word) for line in filled for word in line.split()):
        return "pharaoh"
    if all(" ||| " in line for line in filled):
        return "fastalign"
    # The last sentence of the peeked stretch may be cut, hence "nearly all".
    tagged = sum(len(row) > 1 and not ILL_FORMED(row[-1]) for row in rows)
    if tagged >= 0.9 * len(rows) or (
        len(filled) < len(lines) - 3 and all(len(r) < 8 for r in rows)
    ):
        return "conll"
    if all("\t" in line for line in filled):
        return "bitext"
    return "text" if bare_name(path).endswith(".txt") else ""


def _sniff_json(text: str) -> str:
    if re.match(r'\{\s*("version"\s*:\s*"[^"]*"\s*,\s*)?"data"\s*:\s*\[', text):
        return "squad"
    if text.startswith("[") and re.search(r'"(annotations|predictions)"\s*:', text):
        return "labelstudio"
    if text.startswith("{"):
        return "jsonl"
    return ""
