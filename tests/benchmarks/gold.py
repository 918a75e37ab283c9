"""Gold data for the benchmarks: loaders for every folder of ../shared/data.

Each gives `Gold`: pairs of source and target with tokens, without links, and what the target's
annotations should be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from projector.io.bio import spans_from_tags
from projector.records import Document, Link, Pair, Question, Span
from projector.text.tokens import with_tokens

XSID = ("de", "da", "it", "tr", "id")
XLWA = ("bg", "da", "es", "et", "hu", "it", "nl", "pt", "ru", "sl")
XQUAD = ("es", "de", "zh", "ar", "ru")


class Gold(NamedTuple):
    """A gold set: ``gold[n]`` is the target document of ``pairs[n]`` as it should come out."""

    name: str
    lang: str
    pairs: list[Pair]
    gold: list[Document]


def read_columns(
    path: Path, separator: str | None = None
) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Comment lines and token rows of each block of a CoNLL-like file."""
    comments: list[str] = []
    rows: list[list[str]] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        line = line.rstrip("\r")
        if not line.strip():
            if rows:
                yield comments, rows
            comments, rows = [], []
        elif line.startswith("# ") and separator == "\t":
            comments.append(line)
        else:
            rows.append(line.split(separator))


def document(name: str, lang: str, words: Sequence[str], tags: Sequence[str] = ()) -> Document:
    """A document of words joined by spaces, with the spans of BIO tags."""
    offsets, at = [], 0
    for word in words:
        offsets.append((at, at + len(word)))
        at += len(word) + 1
    spans = [
        Span(id=f"s{n}", start=offsets[a][0], end=offsets[b - 1][1], label=label)
        for n, (a, b, label) in enumerate(spans_from_tags(tags))
    ]
    return Document(id=name, text=" ".join(words), lang=lang, tokens=offsets, spans=spans)


def _joined(name: str, lang: str, source: list[Document], target: list[Document]) -> Gold:
    if len(source) != len(target):
        raise SystemExit(f"{name}: {len(source)} source and {len(target)} target records")
    pairs = [
        Pair(id=s.id, source=s, target=Document(id=t.id, text=t.text, lang=t.lang, tokens=t.tokens))
        for s, t in zip(source, target, strict=True)
    ]
    return Gold(name, lang, pairs, target)


def _bio(path: Path, lang: str, word: int, tag: int, separator: str | None) -> list[Document]:
    return [
        document(str(n), lang, [row[word] for row in rows], [row[tag] for row in rows])
        for n, (_, rows) in enumerate(read_columns(path, separator))
    ]


def europarl(data: Path, lang: str) -> Gold:
    """Europarl NER, first 400 sentences: es, de."""
    folder = data / "europarl-ner"
    source, target = (_bio(folder / f"{x}.conll02", x, 0, -1, None) for x in ("en", lang))
    return _joined(f"europarl {lang}", lang, source, target)


def uner(data: Path, lang: str) -> Gold:
    """UNER PUD: de, pt. The label OTH is not part of the task."""

    def read(x: str) -> list[Document]:
        found = []
        for n, (_, rows) in enumerate(read_columns(data / "uner-pud" / f"{x}.iob2", "\t")):
            words = [row for row in rows if "-" not in row[0] and "." not in row[0]]
            tags = ["O" if row[2].endswith("OTH") else row[2] for row in words]
            found.append(document(str(n), x, [row[1] for row in words], tags))
        return found

    return _joined(f"uner {lang}", lang, read("en"), read(lang))


def xsid(data: Path, lang: str) -> Gold:
    """xSID slots, validation half: de, da, it, tr, id."""
    folder = data / "xsid"
    source, target = (_bio(folder / f"{x}.valid.conll", x, 1, -1, "\t") for x in ("en", lang))
    return _joined(f"xsid {lang}", lang, source, target)


def abstrct(data: Path, lang: str = "es") -> Gold:
    """AbstRCT argument components, manual Spanish labels."""
    folder = data / "abstrct"
    source = _bio(folder / "en.neoplasm_dev.tsv", "en", 0, -1, None)
    target = _bio(folder / "es.neoplasm_dev.deepl.manual.tsv", lang, 0, -1, None)
    return _joined(f"abstrct {lang}", lang, source, target)


def pud(data: Path, lang: str) -> Gold:
    """PUD UPOS: de, fr; raw text with its own tokens (multiword tokens are taken apart)."""

    def read(x: str) -> list[Document]:
        found = []
        for n, (_, rows) in enumerate(read_columns(data / "pud-upos" / f"{x}.conllu", "\t")):
            words = [row for row in rows if "-" not in row[0] and "." not in row[0]]
            plain = document(str(n), x, [row[1] for row in words])
            tags = {"upos": [row[3] for row in words]}
            found.append(Document(**{**_fields(plain), "tags": tags}))
        return found

    return _joined(f"pud {lang}", lang, read("en"), read(lang))


def _fields(doc: Document) -> dict[str, object]:
    return {name: getattr(doc, name) for name in doc.__struct_fields__}


def xquad(data: Path, lang: str) -> Gold:
    """XQuAD paragraphs (first 24 articles) with the answers as spans; one answer a question."""

    def read(x: str) -> list[Document]:
        found = []
        whole = json.loads((data / "xquad" / f"xquad.{x}.first24.json").read_text("utf-8"))
        for article in whole["data"]:
            for paragraph in article["paragraphs"]:
                text, spans, questions = paragraph["context"], [], []
                for qa in paragraph["qas"]:
                    answer = qa["answers"][0]
                    start = answer["answer_start"]
                    spans.append(Span(qa["id"], start, start + len(answer["text"]), "answer"))
                    questions.append(Question(qa["id"], qa["question"], x, [qa["id"]]))
                name = str(len(found))
                found.append(Document(name, text, x, spans=spans, questions=questions))
        return found

    source = [with_tokens(doc) for doc in read("en")]
    target = read(lang)
    bare = [with_tokens(Document(doc.id, doc.text, doc.lang)) for doc in target]
    pairs = [Pair(s.id, s, t) for s, t in zip(source, bare, strict=True)]
    return Gold(f"xquad {lang}", lang, pairs, target)


def xlwa(data: Path, lang: str) -> tuple[Gold, list[list[Link]]]:
    """XL-WA development pairs and their gold links."""
    source, target, links = [], [], []
    for n, line in enumerate(
        (data / "xl-wa" / f"en-{lang}.dev.tsv").read_text("utf-8").split("\n")
    ):
        columns = line.rstrip("\r").split("\t")
        if len(columns) < 2:
            continue
        source.append(document(str(n), "en", columns[0].split()))
        target.append(document(str(n), lang, columns[1].split()))
        found = [tuple(map(int, x.split("-"))) for x in (columns[2:] or [""])[0].split()]
        links.append([(i, j, 1.0) for i, j in found])
    return _joined(f"xl-wa {lang}", lang, source, target), links


SPAN_SETS: list[tuple[Callable[[Path, str], Gold], str]] = [
    (europarl, "es"), (europarl, "de"), (abstrct, "es"), (uner, "de"), (uner, "pt"),
    *((xsid, lang) for lang in XSID), *((xquad, lang) for lang in XQUAD),
]  # fmt: skip


def span_sets(data: Path) -> Iterator[Gold]:
    """Every set with gold spans."""
    for loader, lang in SPAN_SETS:
        yield loader(data, lang)


def bitext(data: Path, lang: str, large: bool = False) -> list[str]:
    """The extra sentence pairs that there are for a language (none for some)."""
    paths = [data / "bitext" / f"en-{lang}.tsv.gz"]
    if large:
        paths.append(data / "bitext-large" / f"en-{lang}.tsv.gz")
    return [str(path) for path in paths if path.exists()]


CANONICAL = ("en-fr", "ro-en", "ja-en", "zh-en")


class CanonicalLinks(NamedTuple):
    """Gold links of a pair, words counted from 0: sure ones, and sure or possible ones."""

    sure: set[tuple[int, int]]
    possible: set[tuple[int, int]]


def word_alignment(data: Path, name: str) -> tuple[list[Pair], list[CanonicalLinks]]:
    """One of the canonical sets (en-fr Hansards, ro-en, ja-en KFTT, zh-en), as tokenised."""
    pairs, links = [], []
    source_lang, target_lang = name.split("-")
    text = (data / "word-alignment" / f"{name}.dev.tsv").read_text("utf-8")
    for n, line in enumerate(text.splitlines()):
        source, target, given = line.split("\t")
        sides = [
            document(str(n), lang, words.split())
            for lang, words in ((source_lang, source), (target_lang, target))
        ]
        pairs.append(Pair(str(n), sides[0], sides[1]))
        found = [re.fullmatch(r"(\d+)([-p])(\d+)", link) for link in given.split()]
        read = [(int(m[1]) - 1, int(m[3]) - 1, m[2]) for m in found if m]
        sure = {(i, j) for i, j, kind in read if kind == "-"}
        links.append(CanonicalLinks(sure, {(i, j) for i, j, _ in read}))
    return pairs, links
