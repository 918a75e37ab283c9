"""Two parallel files, or a bitext of two columns, as pair records: where a run starts from a
translation that exists already.

Sides are JSON Lines (documents, shorthands too) or plain text, one text a line; a bitext is
``source<TAB>target`` (further columns go to ``meta.columns``). Files are joined by line, or by id
where both sides have ids and the ids are the same ones in another order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from msgspec.structs import replace

from projector.errors import DataError, UsageError
from projector.io.jsonl import read_lines
from projector.io.limits import TOO_LONG, bounded_lines, too_long
from projector.io.shards import JSON_LINES
from projector.io.shorthand import default_id
from projector.io.streams import open_read
from projector.records import Document, Pair
from projector.text.languages import base_language


class Item(NamedTuple):
    """One line of one side: a document, or what is wrong with it; ``given``: it brought its id."""

    line: int
    document: Document | None
    error: DataError | None = None
    given: bool = False


class Joined(NamedTuple):
    """One line of the result: a pair, or what is wrong with it."""

    line: int
    pair: Pair | None
    error: DataError | None = None


def kind_of(path: str) -> str:
    """``json``, ``tsv`` or ``text``, by the suffix before ``.gz`` and ``.zst``; ``-`` and folders
    (of shards) are JSON."""
    name = path.removesuffix(".gz").removesuffix(".zst")
    if path == "-" or name.endswith(JSON_LINES) or os.path.isdir(path):
        return "json"
    return "tsv" if name.endswith(".tsv") else "text"


def read_side(path: str, lang: str) -> Iterator[Item]:
    """The documents of one side, in order."""
    if kind_of(path) == "json":
        for line in read_lines(path):
            if line.error is not None:
                yield Item(line.number, None, line.error)
            elif not isinstance(line.record, Document):
                problem = DataError("found a pair, wanted a document", reason="not_a_document")
                yield Item(line.number, None, problem.at(path, line.number))
            else:
                given = line.record.id != default_id(path, line.number)
                yield _with_lang(line.number, line.record, lang, given, path)
        return
    with open_read(path) as stream:
        for number, raw in enumerate(bounded_lines(stream), start=1):
            yield _text(path, number, raw, lang)


def _text(path: str, number: int, raw: bytes, lang: str) -> Item:
    if raw.startswith(TOO_LONG):
        return Item(number, None, too_long(raw).at(path, number))
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        problem = DataError(f"line is not valid utf-8: {error}", reason="invalid_utf8")
        return Item(number, None, problem.at(path, number))
    return Item(number, Document(default_id(path, number), text.strip(), lang))


def _with_lang(number: int, doc: Document, lang: str, given: bool, path: str) -> Item:
    if lang and doc.lang and base_language(doc.lang) != base_language(lang):
        problem = DataError(f"lang: found {doc.lang!r}, wanted {lang!r}", reason="other_language")
        return Item(number, None, problem.at(path, number))
    return Item(number, doc if doc.lang else replace(doc, lang=lang), None, given)


def bare(doc: Document) -> Document:
    """The document without annotations; its tokens stay, they are no annotation."""
    return replace(doc, tags={}, spans=[], relations=[], clusters=[], questions=[], labels={})


def is_annotated(doc: Document) -> bool:
    return bool(doc.tags or doc.spans or doc.questions or doc.labels or doc.clusters)


def join_files(
    source: str, target: str, *, source_lang: str = "", target_lang: str = "", by: str = "auto"
) -> Iterator[Joined]:
    """Pairs from two files.

    Args:
        by: ``order``, ``id``, or ``auto``: by id where both sides bring the same ids in another
            order, else by order.

    Raises:
        DataError: the files do not fit: other counts, or ids that only one of them has.
    """
    if source == "-" and target == "-":
        raise UsageError("only one of the two sides can be standard input")

    def sides() -> tuple[Iterable[Item], Iterable[Item]]:
        return read_side(source, source_lang), read_side(target, target_lang)

    if "-" in (source, target):
        held = [list(side) for side in sides()]
        return _join(source, target, lambda: (held[0], held[1]), by)
    return _join(source, target, sides, by)


Sides = Callable[[], tuple[Iterable[Item], Iterable[Item]]]


def _join(source: str, target: str, sides: Sides, by: str) -> Iterator[Joined]:
    if by != "order":
        left_ids, right_ids = (_ids(side) for side in sides())
        if _join_by_id(source, target, left_ids, right_ids, by):
            yield from _by_id(source, sides)
            return
    for left, right in zip_longest(*sides()):
        if left is None or right is None:
            counts = [sum(1 for _ in side) for side in sides()]
            raise DataError(
                f"found {counts[0]} lines in {source} and {counts[1]} in {target}, wanted as many "
                "in both (they are joined line by line)",
                reason="count_mismatch",
            )
        joined = _pair(left, right, source)
        if joined is not None:
            yield joined


def _ids(side: Iterable[Item]) -> list[str] | None:
    """The ids that a side brings; None if a record brings none."""
    ids = []
    for item in side:
        if item.document is not None:
            if not item.given:
                return None
            ids.append(item.document.id)
    return ids


def _join_by_id(
    source: str, target: str, left: list[str] | None, right: list[str] | None, by: str
) -> bool:
    if left is None or right is None:
        if by == "id":
            raise DataError(f"found records without ids in {source} or {target}", reason="no_id")
        return False
    if left == right and by == "auto":
        return False
    both, one = set(left) & set(right), set(left) ^ set(right)
    if not both and by == "auto":
        return False
    if one:
        name = min(one)
        where = source if name in set(left) else target
        raise DataError(
            f"found {len(one)} ids on one side only (such as {name!r}, in {where}), wanted the "
            "same ids on both; --by order joins line by line",
            reason="count_mismatch",
        )
    for ids, path in ((left, source), (right, target)):
        if len(set(ids)) < len(ids):
            raise DataError("found an id twice, wanted ids to join by", reason="id", path=path)
    return True


def _by_id(source: str, sides: Sides) -> Iterator[Joined]:
    lefts, rights = sides()
    found = {item.document.id: item for item in rights if item.document is not None}
    for left in lefts:
        right = found.get(left.document.id) if left.document is not None else left
        joined = _pair(left, right or left, source)
        if joined is not None:
            yield joined


def _pair(left: Item, right: Item, path: str) -> Joined | None:
    """The pair of two lines; None where both are blank."""
    for item in (left, right):
        if item.error is not None:
            return Joined(left.line, None, item.error)
    assert left.document is not None and right.document is not None
    blank = [not item.document.text.strip() for item in (left, right) if item.document]
    if all(blank):
        return None
    if any(blank):
        side = "source" if blank[0] else "target"
        problem = DataError(f"the {side} side is empty, wanted text", reason="empty_side")
        return Joined(left.line, None, problem.at(path, left.line))
    return Joined(left.line, Pair(left.document.id, left.document, right.document))


def read_bitext(path: str, *, source_lang: str = "", target_lang: str = "") -> Iterator[Joined]:
    """Pairs from lines of ``source<TAB>target``."""
    with open_read(path) as stream:
        for number, raw in enumerate(bounded_lines(stream), start=1):
            item = _text(path, number, raw, source_lang)
            if item.document is None:
                yield Joined(number, None, item.error)
                continue
            columns = [column.strip() for column in raw.decode("utf-8").split("\t")]
            if not any(columns):
                continue
            if len(columns) < 2:
                problem = DataError(
                    "found one column, wanted source<TAB>target", reason="bad_columns"
                )
                yield Joined(number, None, problem.at(path, number))
                continue
            name = default_id(path, number)
            left = Item(number, Document(name, columns[0], source_lang))
            right = Item(number, Document(name, columns[1], target_lang))
            joined = _pair(left, right, path)
            if joined is not None:
                if joined.pair is not None and len(columns) > 2:
                    joined = joined._replace(
                        pair=replace(joined.pair, meta={"columns": columns[2:]})
                    )
                yield joined


def check_sides(source: str, target: str) -> None:
    """Refuse what cannot be joined, before anything is read."""
    if not target and source != "-" and kind_of(source) != "tsv":
        raise UsageError(
            f"found one file, {source}, wanted SOURCE and TARGET, or one BITEXT.tsv (.gz, .zst)"
        )
    for path in (source, target):
        if target and path != "-" and kind_of(path) == "tsv":
            raise UsageError(f"{path}: a .tsv holds both sides; give it alone")
