"""Extra sentence pairs to learn from: a TSV file, source and target in its first two columns."""

from __future__ import annotations

from collections.abc import Iterator

from projector.errors import DataError
from projector.io.streams import open_read


def bitext_path(path: str, source: str, target: str) -> str:
    """The file of a language pair: ``{source}`` and ``{target}`` stand for the languages."""
    return path.replace("{source}", source).replace("{target}", target)


def read_bitext(path: str) -> Iterator[tuple[str, str]]:
    """Sentence pairs; further columns are not read, and a pair with an empty side is passed over.

    Raises:
        DataError: unreadable, not UTF-8, or a line without a tab.
    """
    with open_read(path) as stream:
        for number, raw in enumerate(stream, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"found bytes that are no UTF-8 ({error.reason}), wanted text",
                    path=path,
                    line=number,
                ) from error
            if not line.strip():
                continue
            columns = line.split("\t")
            if len(columns) < 2:
                raise DataError("found no tab, wanted source, tab, target", path=path, line=number)
            if columns[0].strip() and columns[1].strip():
                yield columns[0], columns[1]
