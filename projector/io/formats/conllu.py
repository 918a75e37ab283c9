"""CoNLL-U (universaldependencies.org/format.html), one document a sentence.

``# text`` is the text where it is the words; else the words are joined as ``SpaceAfter`` says.
A multiword token ("am" = "an" + "dem") is one token of ours, its tags joined by "+"
(``ADP+DET``); ``--set words=syntactic`` takes the syntactic words instead, cut out of the token
where they spell it, or put in its place in the text (``# text`` is then kept in ``meta.text``).

``upos`` and ``xpos`` become token tags (``--set layers=upos,feats`` chooses others), spans are
those in ``ner=B-PER`` of the last column, as stanza writes them. Everything else of the sentence
is kept in ``meta.conllu``, so that a file comes back as it was; ``--set keep=no`` drops it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, cast

from projector.errors import DataError, UsageError, suggestion
from projector.io.bio import is_ill_formed, spans_from_tags, tags_from_spans
from projector.io.formats.conll import Block, blocks
from projector.io.formats.shared.comments import Comments, comment_lines, is_comment
from projector.io.formats.shared.flat import FlatOptions, flat_spans
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line, text_lines, write_text
from projector.io.formats.shared.words import joined, located
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Document, Offsets, Record, Span
from projector.text.tokens import with_tokens

FIELDS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
Row = list[str]


class Options(FlatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format; see the module's docstring."""

    lang: str = ""
    words: Literal["surface", "syntactic"] = "surface"
    layers: str = "upos,xpos"
    keep: Literal["yes", "no"] = "yes"
    scheme: Literal["iob2", "iob1", "bilou"] = "iob2"


class Token(NamedTuple):
    """A token of the text with the rows of its syntactic words (one, unless it is multiword)."""

    form: str
    space_after: bool
    rows: list[Row]


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    layers = [layer.strip() for layer in options.layers.split(",") if layer.strip()]
    for layer in layers:
        if layer not in FIELDS[2:]:
            raise UsageError(f"layers: no column is called {layer!r}" + suggestion(layer, FIELDS))
    count = 0
    for block in blocks(text_lines(path)):
        count += 1
        try:
            record = _sentence(block, layers, options, default_id(path, count), notes)
        except DataError as error:
            yield Line(block.number, None, error.at(path, block.number), block.raw)
            continue
        except ValueError as error:
            problem = DataError(str(error), reason="bad_field", path=path, line=block.number)
            yield Line(block.number, None, problem, block.raw)
            continue
        if record is None:
            count -= 1
            continue
        yield Line(block.number, record, None)


def _sentence(
    block: Block, layers: list[str], options: Options, name: str, notes: Notes
) -> Document | None:
    comments = Comments()
    rows: list[Row] = []
    for line in block.lines:
        if line.error is not None:
            raise line.error
        if line.text.startswith("#") and not rows:
            comments.add(line.text)
            continue
        row = line.text.split("\t")
        if len(row) != 10 or not row[0] or not row[1]:
            raise DataError(
                f"found {len(row)} columns in {line.text!r}, wanted the 10 of CoNLL-U between "
                "tabs, id and form not empty",
                reason="bad_columns",
                line=line.number,
            )
        rows.append(row)
    if not rows:
        return None
    surface = list(_tokens(rows))
    meta = comments.meta()
    text, offsets = joined([t.form for t in surface], [t.space_after for t in surface])
    if comments.text:
        found = located([t.form for t in surface], comments.text)
        if found is not None:
            text, offsets = comments.text, found
        elif comments.text != text:
            meta["text"] = comments.text
            notes.remark(
                "sentences whose '# text' is not their words: the words were joined, the comment "
                "is in meta.text"
            )
    tokens = surface
    if options.words == "syntactic":
        cut_text, tokens, offsets = _syntactic(surface, text, offsets)
        if cut_text != text:
            meta["text"], text = text, cut_text
    tags = {
        layer: ["+".join(row[FIELDS.index(layer)] for row in token.rows) for token in tokens]
        for layer in layers
    }
    if options.keep == "yes" and _worth_keeping(rows, layers):
        meta["conllu"] = rows
    named = [_misc(token.rows[0]).get("ner", "O") for token in tokens]
    ill = next((tag for tag in named if is_ill_formed(tag)), None)
    if ill is not None:
        raise DataError(f"misc: found ner={ill}, wanted a tag such as B-PER", reason="bad_tag")
    return Document(
        id=comments.id or name,
        text=text,
        lang=comments.lang or options.lang,
        tokens=offsets,
        tags={layer: values for layer, values in tags.items() if set(values) - {"_"}},
        spans=[
            Span(f"s{n}", offsets[first][0], offsets[after - 1][1], label)
            for n, (first, after, label) in enumerate(spans_from_tags(named))
        ],
        labels=comments.labels,
        meta=meta,
    )


def _tokens(rows: list[Row]) -> Iterator[Token]:
    """Surface tokens; empty nodes (``7.1``) are no tokens."""
    held: list[Row] = []
    form, space, last = "", True, -1
    for row in rows:
        place = row[0]
        if "." in place:
            continue
        first, dash, final = place.partition("-")
        if not first.isdecimal() or (dash and not final.isdecimal()):
            raise DataError(
                f"id: found {place!r}, wanted 1, 1-2 or 1.1 as CoNLL-U numbers", reason="bad_field"
            )
        if dash:
            form, space, last, held = row[1], _space_after(row), int(final), []
        elif int(first) <= last:
            held.append(row)
            if int(first) == last:
                yield Token(form, space, held)
                last = -1
        else:
            yield Token(row[1], _space_after(row), [row])
    if last >= 0:
        raise DataError(
            f"id: found no word {last}, wanted all words of the token {form!r}", reason="bad_field"
        )


def _misc(row: Row) -> dict[str, str]:
    return {
        key: value
        for key, equals, value in (part.partition("=") for part in row[9].split("|"))
        if equals
    }


def _space_after(row: Row) -> bool:
    return _misc(row).get("SpaceAfter") != "No"


def _syntactic(
    surface: list[Token], text: str, offsets: list[Offsets]
) -> tuple[str, list[Token], list[Offsets]]:
    """Each syntactic word as a token; the text changes where words do not spell their token."""
    parts: list[str] = []
    tokens: list[Token] = []
    found: list[Offsets] = []
    at = length = 0
    for token, (start, end) in zip(surface, offsets, strict=True):
        parts.append(text[at:start])
        length += start - at
        at = end
        forms = [row[1] for row in token.rows]
        glue = "" if "".join(forms) == text[start:end] else " "
        whole, inside = (
            (text[start:end], [(0, end - start)])
            if len(forms) == 1
            else joined(forms, [glue == " "] * len(forms))
        )
        parts.append(whole)
        for row, (a, b) in zip(token.rows, inside, strict=True):
            tokens.append(Token(row[1], True, [row]))
            found.append((length + a, length + b))
        length += len(whole)
    parts.append(text[at:])
    return "".join(parts), tokens, found


def _worth_keeping(rows: list[Row], layers: list[str]) -> bool:
    """True if the rows say more than forms, the chosen layers and SpaceAfter."""
    plain = [0, 1, *(FIELDS.index(layer) for layer in layers)]
    return any(
        not row[0].isdecimal()
        or any(value != "_" for n, value in enumerate(row[:9]) if n not in plain)
        or row[9] not in ("_", "SpaceAfter=No")
        for row in rows
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def chunks() -> Iterator[str]:
        for record in records:
            assert isinstance(record, Document)
            yield _block(record, options, notes)

    return write_text(chunks(), path, force=force)


def _block(doc: Document, options: Options, notes: Notes) -> str:
    doc = with_tokens(doc)
    kept = _kept_rows(doc, options)
    words = doc.words()
    spans = tags_from_spans(flat_spans(doc, notes, options), len(words), options.scheme)
    for layer in doc.tags:
        if layer not in FIELDS[2:]:
            notes.lose("tag layers", "no such column in CoNLL-U")
    lines = []
    named = iter(spans)
    for token in kept if kept is not None else _fresh_rows(doc, words):
        for row in token.rows:
            if row[0].isdecimal() and row is _first_word(token):
                row[9] = _with_ner(row[9], next(named))
            lines.append("\t".join(one_line(value) or "_" for value in row))
    original = doc.meta.get("text") if kept is not None else None
    if not lines:
        notes.remark("documents without tokens were written as comments alone")
    return "\n".join([*comment_lines(doc, "sent_id", cast(str | None, original)), *lines]) + "\n\n"


def _first_word(token: Token) -> Row:
    return next(row for row in token.rows if row[0].isdecimal())


def _with_ner(misc: str, tag: str) -> str:
    parts = [p for p in misc.split("|") if p not in ("_", "") and not p.startswith("ner=")]
    if tag != "O":
        parts.append("ner=" + tag.replace("|", "_"))
    return "|".join(parts) or "_"


def _fresh_rows(doc: Document, words: list[str]) -> Iterator[Token]:
    tokens = doc.tokens or []
    for n, word in enumerate(words):
        row = ["_"] * 10
        row[0], row[1] = str(n + 1), word
        for layer, tags in doc.tags.items():
            if layer in FIELDS[2:]:
                row[FIELDS.index(layer)] = tags[n] or "_"
        if n + 1 < len(tokens) and tokens[n][1] == tokens[n + 1][0]:
            row[9] = "SpaceAfter=No" if row[9] == "_" else f"{row[9]}|SpaceAfter=No"
        yield Token(word, True, [row])


def _kept_rows(doc: Document, options: Options) -> list[Token] | None:
    """The rows that were read, with this document's tags; None if they are not its tokens.

    The rows of a token here include its range line and the empty nodes after it.
    """
    given = doc.meta.get("conllu")
    if not isinstance(given, list) or not all(
        isinstance(row, list) and len(row) == 10 and all(isinstance(v, str) for v in row)
        for row in given
    ):
        return None
    rows = [list(row) for row in given]
    try:
        plain = list(_tokens(rows))
    except DataError:
        return None
    for tokens in (plain, [Token(row[1], True, [row]) for token in plain for row in token.rows]):
        if [token.form for token in tokens] == doc.words():
            break
    else:
        return None
    for n, token in enumerate(tokens):
        for layer, tags in doc.tags.items():
            if layer not in FIELDS[2:]:
                continue
            values = tags[n].split("+") if len(token.rows) > 1 else [tags[n]]
            if len(values) == len(token.rows):
                for row, value in zip(token.rows, values, strict=True):
                    row[FIELDS.index(layer)] = value or "_"
    return _with_other_rows(rows, tokens)


def _with_other_rows(rows: list[Row], tokens: list[Token]) -> list[Token]:
    """The tokens with range lines and empty nodes at their places among the rows."""
    owner = {id(row): n for n, token in enumerate(tokens) for row in token.rows}
    placed: list[list[Row]] = [[] for _ in tokens]
    pending: list[Row] = []
    at = -1
    for row in rows:
        if id(row) in owner:
            at = owner[id(row)]
            placed[at] += [*pending, row]
            pending = []
        elif "." in row[0] and at >= 0:
            placed[at].append(row)
        else:
            pending.append(row)
    return [token._replace(rows=rows) for token, rows in zip(tokens, placed, strict=True)]


def _recognises(sample: Sample) -> float:
    rows = [line.count("\t") for line in sample.filled if not is_comment(line)]
    has_comments = len(rows) < len(sample.filled)
    return 0.7 if has_comments and all(tabs == 9 for tabs in rows) else 0.0


FORMAT = Format(
    name="conllu",
    summary="CoNLL-U (Universal Dependencies)",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"tags", "spans", "labels"}),
    suffixes=(".conllu",),
    recognises=_recognises,
)
