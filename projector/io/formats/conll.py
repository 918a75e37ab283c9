"""Columns with a token a line and a blank line after each sentence: CoNLL-2002, 2003 and kin.

Read in whatever scheme (IOB1, IOB2, BILOU), written in the one asked for. ``-DOCSTART-`` lines
separate documents: the sentences after one carry ``meta.document``, and it is written again where
that number changes. Comments before a sentence (``# key = value``, as xSID and Universal NER
have them) are read: ``id`` or ``sent_id`` is the record's id, ``text`` the text that offsets
count in, ``intent`` a record label, others go to ``meta``. Without a text the words are joined as
running text has them (`projector.text.detokenisation`), so that ``call .`` is translated as
``call.``; ``--set text=spaced`` puts a space between all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from projector.errors import DataError
from projector.io.bio import is_ill_formed, spans_from_tags, tags_from_spans
from projector.io.formats.shared.columns import (
    Columns,
    guess_columns,
    layout,
    parse_columns,
    split_row,
)
from projector.io.formats.shared.comments import Comments, comment_lines, is_comment
from projector.io.formats.shared.flat import FlatOptions, flat_spans
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import TextLine, one_line, text_lines, write_text
from projector.io.formats.shared.words import Spacing, joined, located
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Document, Record, Span
from projector.text.detokenisation import spaces_after
from projector.text.tokens import with_tokens

PEEK = 400  # rows that a guess looks at
CHANGED = "values that hold the column separator or a line break were changed"


class Options(FlatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    columns: see `columns`; guessed when reading, ``token=0,tag=1`` when writing.
    separator: ``auto``, ``tab``, ``space`` or the string itself.
    text: to read, where no comment says the text: ``natural`` spacing, or ``spaced`` words.
    scheme: to write: iob2, iob1 or bilou.
    comments: to write: ``auto`` puts id, text and labels before each sentence if the text is not
        its words in natural spacing or with single spaces, or there are labels; ``yes`` always,
        ``no`` never.
    """

    columns: str = ""
    separator: str = "auto"
    text: Spacing = "natural"
    scheme: Literal["iob2", "iob1", "bilou"] = "iob2"
    comments: Literal["auto", "yes", "no"] = "auto"
    lang: str = ""
    encoding: str = "utf-8"


class Block(NamedTuple):
    """The lines of a sentence, blank lines not among them."""

    lines: list[TextLine]

    @property
    def number(self) -> int:
        return self.lines[0].number

    @property
    def raw(self) -> str:
        return "\n".join(line.text for line in self.lines)


def blocks(lines: Iterable[TextLine]) -> Iterator[Block]:
    """Groups of lines between blank ones (of nothing but spaces and tabs)."""
    held: list[TextLine] = []
    for line in lines:
        if line.text.strip(" \t") or line.error is not None:
            held.append(line)
        elif held:
            yield Block(held)
            held = []
    if held:
        yield Block(held)


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """Each sentence as a document; a sentence that does not hold together as an error."""
    found = blocks(text_lines(path, options.encoding))
    given = parse_columns(options.columns) if options.columns else None
    columns: Columns
    if given is None:
        peeked: list[Block] = []
        rows: list[list[str]] = []
        for block in found:
            peeked.append(block)
            rows += [
                split_row(line.text, options.separator)
                for line in block.lines
                if not is_comment(line.text) and not line.text.startswith("-DOCSTART-")
            ]
            if len(rows) >= PEEK:
                break
        columns = guess_columns(_usual(rows))
        shown = ",".join(f"{name}={place}" for name, place in columns.items())
        notes.remark(f"columns {shown} were guessed (--columns says otherwise)")
        found = itertools.chain(peeked, found)
    else:
        columns = given
    document = count = 0
    for block in found:
        rest = [line for line in block.lines if not line.text.startswith("-DOCSTART-")]
        if len(rest) < len(block.lines):
            document += 1
            if not rest:
                continue
            block = Block(rest)
        count += 1
        try:
            record = _sentence(block, columns, options, default_id(path, count), notes)
        except DataError as error:
            yield Line(block.number, None, error.at(path, block.number), block.raw)
            continue
        except ValueError as error:
            problem = DataError(str(error), reason="bad_field", path=path, line=block.number)
            yield Line(block.number, None, problem, block.raw)
            continue
        if record is None:  # nothing but comments
            count -= 1
            continue
        if document:
            record.meta["document"] = document
        yield Line(block.number, record, None)


def _usual(rows: list[list[str]]) -> list[list[str]]:
    """The rows that have the usual number of fields, so that one odd row spoils no guess."""
    if not rows:
        return []
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=widths.count)
    return [row for row in rows if len(row) == usual]


def _sentence(
    block: Block,
    columns: Columns,
    options: Options,
    name: str,
    notes: Notes,
) -> Document | None:
    comments = Comments()
    words: list[str] = []
    values: dict[str, list[str]] = {key: [] for key in columns if key not in ("token", "index")}
    for line in block.lines:
        if line.error is not None:
            raise line.error
        if not words and is_comment(line.text):
            comments.add(line.text)
            continue
        row = split_row(line.text, options.separator)
        for key, place in columns.items():
            try:
                value = row[place]
            except IndexError:
                value = ""
            if not value and key != "index":
                raise DataError(
                    f"column {key}={place}: found {len(row)} columns in {line.text!r}, "
                    "wanted a value there",
                    reason="bad_columns",
                    line=line.number,
                )
            if key == "token":
                words.append(value)
            elif key != "index":
                if key == "tag" and is_ill_formed(value):
                    raise DataError(
                        f"column tag={place}: found {value!r}, wanted 'O' or a tag such as "
                        "'B-PER' (another column is chosen with --columns, a layer of "
                        "token tags by another name, as in upos=1)",
                        reason="bad_tag",
                        line=line.number,
                    )
                values[key].append(value)
    if not words:
        return None
    meta = comments.meta()
    lang = comments.lang or options.lang
    tokens = located(words, comments.text) if comments.text else None
    if tokens is not None:
        text = comments.text
    else:
        spaces = spaces_after(words, lang) if options.text == "natural" else None
        text, tokens = joined(words, spaces)
        if comments.text and comments.text != text:
            meta["text"] = comments.text
            notes.remark(
                "sentences whose '# text' is not their words: the words were joined by spaces, "
                "the comment is in meta.text"
            )
    tags = values.pop("tag", None)
    spans = [
        Span(f"s{n}", tokens[first][0], tokens[after - 1][1], label)
        for n, (first, after, label) in enumerate(spans_from_tags(tags or []))
    ]
    return Document(
        id=comments.id or name,
        text=text,
        lang=lang,
        tokens=tokens,
        tags=values,
        spans=spans,
        labels=comments.labels,
        meta=meta,
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """One block a record, in the columns asked for; see `flat` for spans that do not fit."""
    columns = parse_columns(options.columns) if options.columns else None
    separator = {"auto": "\t", "tab": "\t", "space": " "}.get(options.separator, options.separator)

    def chunks() -> Iterator[str]:
        document: object = None
        for record in records:
            assert isinstance(record, Document)
            start = record.meta.get("document")
            if isinstance(start, int) and start != document:
                document = start
                yield _document_start(record, columns, separator)
            yield _block(record, columns, separator, options, notes)

    counted = 0

    def counting() -> Iterator[str]:
        nonlocal counted
        for chunk in chunks():
            counted += not chunk.startswith("-DOCSTART-")
            yield chunk

    write_text(counting(), path, force=force)
    return counted


def _document_start(doc: Document, columns: Columns | None, separator: str) -> str:
    """The line before a document, with as many columns as the rows have: ``-DOCSTART- -X- O``."""
    row = ["-X-" if name != "tag" else "O" for name in _names(doc, columns)]
    return separator.join(["-DOCSTART-", *row[1:]]) + "\n\n"


def _names(doc: Document, columns: Columns | None) -> list[str | None]:
    """What stands in the columns of a document's rows."""
    return layout(columns or {"token": 0, **_layers(doc), "tag": len(doc.tags) + 1})


def _block(
    doc: Document, columns: Columns | None, separator: str, options: Options, notes: Notes
) -> str:
    doc = with_tokens(doc)
    names = _names(doc, columns)
    words = [_field(word, separator, notes) for word in doc.words()]
    spans = flat_spans(doc, notes, options) if "tag" in names else []
    if "tag" not in names:
        notes.lose("spans", "no column 'tag'", len(doc.spans))
    for layer in doc.tags:
        if layer not in names:
            notes.lose("tag layers", "no column of that name")
    by_name: dict[str, list[str]] = {
        "token": words,
        "tag": _fields(tags_from_spans(spans, len(words), options.scheme), separator, notes),
        "index": [str(n + 1) for n in range(len(words))],
        **{layer: _fields(tags, separator, notes) for layer, tags in doc.tags.items()},
    }
    blank = ["_"] * len(words)
    rows = zip(*(by_name.get(name or "", blank) for name in names), strict=True)
    lines = [separator.join(row) for row in rows]
    if options.comments == "yes" or (
        options.comments == "auto" and (doc.labels or not _text_is_its_words(doc))
    ):
        lines[:0] = comment_lines(doc)
    if not lines:
        notes.remark("documents without tokens were written as a comment alone")
        lines = comment_lines(doc)
    return "\n".join(lines) + "\n\n"


def _text_is_its_words(doc: Document) -> bool:
    """Whether the words alone give the text again, in one of the two ways to read them."""
    words = doc.words()
    if doc.text == " ".join(words):
        return True
    return doc.text == joined(words, spaces_after(words, doc.lang))[0]


def _layers(doc: Document) -> Columns:
    return {layer: n + 1 for n, layer in enumerate(doc.tags)}


def _fields(tags: Sequence[str], separator: str, notes: Notes) -> list[str]:
    """Tags that cannot break their rows; each different one is looked at once."""
    clean = {tag: _clean(tag, separator) for tag in set(tags)}
    if changed := {tag for tag, new in clean.items() if new != tag}:
        notes.remark(CHANGED, sum(tag in changed for tag in tags))
    return [clean[tag] or "_" for tag in tags]


def _field(value: str, separator: str, notes: Notes) -> str:
    """A value that cannot break its row."""
    clean = _clean(value, separator)
    if clean != value:
        notes.remark(CHANGED)
    return clean or "_"


def _clean(value: str, separator: str) -> str:
    clean = one_line(value)
    if separator == " ":
        return clean.replace(" ", "_")
    return clean if separator == "\t" else clean.replace(separator, "_")


def _recognises(sample: Sample) -> float:
    """Rows that end in span tags; or short rows in groups between blank lines."""
    rows = [split_row(line, "auto") for line in sample.filled if not is_comment(line)]
    if sample.is_json or not rows:
        return 0.0
    tagged = sum(len(row) > 1 and not is_ill_formed(row[-1]) for row in rows)
    grouped = len(sample.filled) < len(sample.lines) - 3 and all(len(row) < 8 for row in rows)
    # The last sentence of the sample may be cut, hence "nearly all".
    return 0.55 if tagged >= 0.9 * len(rows) or grouped else 0.0


FORMAT = Format(
    name="conll",
    summary="columns, a token a line: CoNLL-2002/2003, IOB1, IOB2, BILOU",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    suffixes=(".conll", ".conll02", ".conll03", ".iob", ".iob2", ".bio", ".bilou"),
    recognises=_recognises,
)
