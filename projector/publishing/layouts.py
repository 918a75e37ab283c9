"""The folders that the field's training scripts read: their file names, columns, splits and labels.

XTREME's PAN-X, UD-POS and XQuAD (Hu et al. 2020), MasakhaNER (Adelani et al. 2021), Universal NER
(Mayhew et al. 2024), MLQA (Lewis et al. 2020) and XL-Sum (Hasan et al. 2021). A layout whose label
set is fixed refuses other labels: they are mapped, or left out, by the user's word alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from msgspec.structs import replace

from projector.errors import DataError, UsageError, suggestion
from projector.io.formats import write
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line
from projector.io.formats.tokens import Options as TokenOptions
from projector.io.formats.tokens import row as token_row
from projector.io.streams import open_write
from projector.json_values import JsonObject
from projector.records import Document
from projector.text.entity_labels import ORGANISATION, PERSON
from projector.text.language_codes import english_name
from projector.text.languages import base_language

OUTSIDE = "O"  # as the target of a mapping: such spans are left out
UPOS = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
)
# Other spellings of the same label; what needs a decision (GPE, MISC) is the user's to map.
SYNONYMS = {
    **dict.fromkeys(PERSON, "PER"),
    **dict.fromkeys(ORGANISATION, "ORG"),
    "LOCATION": "LOC",
}
# MasakhaNER and MasakhaPOS name languages by their three letters.
THREE_LETTERS = {
    "am": "amh", "bm": "bam", "ee": "ewe", "ha": "hau", "ig": "ibo", "rw": "kin", "lg": "lug",
    "ny": "nya", "sn": "sna", "sw": "swa", "tn": "tsn", "tw": "twi", "wo": "wol", "xh": "xho",
    "yo": "yor", "zu": "zul",
}  # fmt: skip


class Layout(NamedTuple):
    """How one benchmark lays out its data.

    Attributes:
        files: split -> path inside the folder; ``{lang}``, ``{lang3}`` and ``{language}`` stand
            for the language's code and English name.
        lines: a document's lines; None for a SQuAD file, which is one JSON value.
        labels: the labels that its scripts know; empty where any will do.
        layer: the layer of token tags that is written instead of spans.
    """

    summary: str
    files: Mapping[str, str]
    lines: Callable[[Document, Notes], Iterator[str]] | None
    labels: frozenset[str] = frozenset()
    layer: str = ""


def write_layout(
    documents: Iterable[Document],
    folder: str,
    name: str,
    *,
    split: str = "train",
    label_map: Mapping[str, str] | None = None,
    notes: Notes | None = None,
    force: bool = False,
) -> dict[str, int]:
    """Write documents as a layout has them; a file for each language.

    Args:
        folder: made if it is not there; other files in it stay as they are.
        split: ``train``, ``dev`` or ``test``.
        label_map: label -> label of the layout, or ``O`` to leave such spans out.
        notes: gets what could not be held.

    Returns:
        How many documents each file got; the files are complete or absent.

    Raises:
        UsageError: no such layout or split, a label that it does not have, a file that is there.
        DataError: a document without language, tags, questions or summary where they are needed.
    """
    layout = find_layout(name)
    if split not in layout.files:
        raise UsageError(
            f"--split: found {split!r}, wanted one that {name} has ({', '.join(layout.files)})"
        )
    labels = Labels(name, layout, label_map or {}, notes if notes is not None else Notes())
    mapped = (labels.mapped(doc) for doc in documents)
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    if layout.lines is None:
        return _write_squad(mapped, root, layout.files[split], labels.notes, force=force)
    return _write_lines(mapped, root, layout.files[split], layout.lines, labels.notes, force=force)


def find_layout(name: str) -> Layout:
    """The layout of a name.

    Raises:
        UsageError: there is none; the nearest one is named.
    """
    if name not in LAYOUTS:
        raise UsageError(f"no layout is called {name!r}" + suggestion(name, LAYOUTS))
    return LAYOUTS[name]


class Labels:
    """The label set of a layout, and how the data's labels become it."""

    def __init__(
        self, name: str, layout: Layout, label_map: Mapping[str, str], notes: Notes
    ) -> None:
        self.name, self.layout, self.notes = name, layout, notes
        self.map = label_map
        known = {*layout.labels, OUTSIDE}
        for label, wanted in label_map.items() if layout.labels else ():
            if wanted not in known:
                raise UsageError(
                    f"--label-map {label}={wanted}: found a label that {name} does not have, "
                    f"wanted {', '.join(sorted(layout.labels))}, or O to leave such spans out"
                )

    def mapped(self, doc: Document) -> Document:
        """The document with the layout's labels.

        Raises:
            UsageError: a label that neither the layout nor the mapping has.
            DataError: the layer of tags is not there.
        """
        if self.layout.layer:
            tags = doc.tags.get(self.layout.layer)
            if tags is None:
                raise DataError(
                    f"record {doc.id!r}: found no tags {self.layout.layer!r}, wanted them for the "
                    f"layout {self.name}",
                    reason="missing_tags",
                )
            return replace(doc, tags={self.layout.layer: [self._label(t, doc.id) for t in tags]})
        if not self.layout.labels:
            return doc
        spans = []
        for span in doc.spans:
            label = self._label(span.label, doc.id)
            if label == OUTSIDE:
                self.notes.lose("spans", f"mapped to O ({span.label})")
            else:
                spans.append(replace(span, label=label))
        # Only spans are written: what refers to those that are left out goes with them.
        return replace(doc, spans=spans, relations=[], clusters=[], questions=[])

    def _label(self, label: str, record: str) -> str:
        wanted = self.map.get(label, label)
        known = self.layout.labels
        if wanted in known or (wanted == OUTSIDE and label in self.map):
            return wanted
        if (synonym := SYNONYMS.get(wanted.upper(), "")) in known:
            return synonym
        raise UsageError(
            f"record {record!r}: found the label {label!r}, wanted one that {self.name} has "
            f"({', '.join(sorted(known))}); map it: --label-map {label}={min(known)}, or "
            f"{label}=O to leave such spans out"
        )


def _write_lines(
    documents: Iterable[Document],
    root: Path,
    template: str,
    lines: Callable[[Document, Notes], Iterator[str]],
    notes: Notes,
    *,
    force: bool,
) -> dict[str, int]:
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        streams: dict[str, BinaryIO] = {}
        for doc in documents:
            path = _path(doc, root, template)
            if path not in streams:
                streams[path] = stack.enter_context(open_write(path, force=force))
            for line in lines(doc, notes):
                streams[path].write(f"{line}\n".encode("utf-8", "replace"))
            counts[path] = counts.get(path, 0) + 1
    return counts


def _write_squad(
    documents: Iterable[Document], root: Path, template: str, notes: Notes, *, force: bool
) -> dict[str, int]:
    """A file of JSON for each language; all its documents are held until it is written."""
    held: dict[str, list[Document]] = {}
    for doc in documents:
        if not doc.questions:
            notes.lose("records", "without questions")
            continue
        held.setdefault(_path(doc, root, template), []).append(doc)
    return {
        path: write(found, path, "squad", notes=notes, force=force) for path, found in held.items()
    }


def _path(doc: Document, root: Path, template: str) -> str:
    """Where a document goes, by its language; the folders are made."""
    lang = base_language(doc.lang)
    if not lang.isalpha():
        raise DataError(
            f"record {doc.id!r}: found the language {doc.lang!r}, wanted a code such as pt: files "
            "are named by it",
            reason="missing_language",
        )
    name = english_name(lang).lower().replace(" ", "_")
    path = root / template.format(lang=lang, lang3=THREE_LETTERS.get(lang, lang), language=name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)


def _columns(separator: str) -> Callable[[Document, Notes], Iterator[str]]:
    """Token and IOB2 tag, a line each, a blank line after each sentence."""

    def lines(doc: Document, notes: Notes) -> Iterator[str]:
        row = token_row(doc, TokenOptions(), notes)
        for token, tag in zip(*_tagged(row), strict=True):
            yield f"{_one_word(token)}{separator}{tag}"
        yield ""

    return lines


def _pos_columns(doc: Document, notes: Notes) -> Iterator[str]:
    """Token and part of speech."""
    for token, tag in zip(doc.words(), doc.tags["upos"], strict=True):
        yield f"{_one_word(token)}\t{tag}"
    yield ""


def _uner(doc: Document, notes: Notes) -> Iterator[str]:
    """UNER's columns: number, token, tag, and two that annotators fill."""
    row = token_row(doc, TokenOptions(), notes)
    yield f"# sent_id = {one_line(doc.id)}"
    yield f"# text = {one_line(doc.text)}"
    for n, (token, tag) in enumerate(zip(*_tagged(row), strict=True), start=1):
        yield f"{n}\t{_one_word(token)}\t{tag}\t-\t-"
    yield ""


def _tagged(row: JsonObject) -> tuple[list[str], list[str]]:
    """The tokens and tags of a row."""
    return cast(list[str], row["tokens"]), cast(list[str], row["ner_tags"])


def _one_word(token: str) -> str:
    """A token without white space: columns would move."""
    return "".join(token.split()) or "_"


def _xlsum(doc: Document, notes: Notes) -> Iterator[str]:
    summary = doc.meta.get("summary", doc.labels.get("summary"))
    if not isinstance(summary, str):
        raise DataError(
            f"record {doc.id!r}: found no summary, wanted a text in meta.summary (translate "
            "--fields meta.summary brings it over)",
            reason="missing_summary",
        )
    row = {
        "id": doc.id,
        "url": str(doc.meta.get("url", "")),
        "title": str(doc.meta.get("title", "")),
        "summary": summary,
        "text": doc.text,
    }
    yield json.dumps(row, ensure_ascii=False)


_TSV = {split: f"panx/{split}-{{lang}}.tsv" for split in ("train", "dev", "test")}
LAYOUTS: dict[str, Layout] = {
    "panx": Layout(
        "XTREME's NER (WikiAnn)", _TSV, _columns("\t"), frozenset(("PER", "ORG", "LOC"))
    ),
    "udpos": Layout(
        "XTREME's parts of speech",
        {split: path.replace("panx", "udpos") for split, path in _TSV.items()},
        _pos_columns,
        UPOS,
        "upos",
    ),
    "xquad": Layout(
        "XTREME's XQuAD; translated SQuAD to train on",
        {
            "train": "squad/translate-train/squad.translate.train.en-{lang}.json",
            "test": "xquad/xquad.{lang}.json",
        },
        None,
    ),
    "mlqa": Layout(
        "MLQA, one language on both sides; its translated SQuAD to train on",
        {
            "train": "mlqa-translate-train/{lang}_squad-translate-train-train-v1.1.json",
            "dev": "MLQA_V1/dev/dev-context-{lang}-question-{lang}.json",
            "test": "MLQA_V1/test/test-context-{lang}-question-{lang}.json",
        },
        None,
    ),
    "masakhaner": Layout(
        "MasakhaNER's columns",
        {split: f"data/{{lang3}}/{split}.txt" for split in ("train", "dev", "test")},
        _columns(" "),
        frozenset(("PER", "ORG", "LOC", "DATE")),
    ),
    "uner": Layout(
        "Universal NER's IOB2 over treebanks",
        {split: f"{{lang}}_silver-ud-{split}.iob2" for split in ("train", "dev", "test")},
        _uner,
        frozenset(("PER", "ORG", "LOC")),
    ),
    "xlsum": Layout(
        "XL-Sum's JSON Lines: id, url, title, summary, text",
        {"train": "{language}_train.jsonl", "dev": "{language}_val.jsonl",
         "test": "{language}_test.jsonl"},
        _xlsum,
    ),
}  # fmt: skip
