"""Comment lines before a sentence of CoNLL-like formats, from and to the fields of a document."""

from __future__ import annotations

import re
from typing import cast

from projector.io.bio import is_ill_formed
from projector.io.formats.shared.text_files import one_line
from projector.json_values import JsonObject
from projector.records import Document

_KEY = re.compile(r"#\s*([^\s=][^=]*?)\s*=\s?(.*)", re.DOTALL)
IDS = ("sent_id", "id")
LABELS = ("intent", "topic", "label", "stance", "domain", "sentiment")


def is_comment(text: str) -> bool:
    """True for a comment line; false for a row whose token is ``#`` or ``#tag``."""
    if not text.startswith("#"):
        return False
    found = _KEY.match(text)
    if found and "\t" not in found.group(1):
        return True
    if "\t" in text:
        return False
    fields = text.split()
    return len(fields) == 1 or is_ill_formed(fields[-1])


class Comments:
    """What the comments of a sentence say."""

    def __init__(self) -> None:
        self.id = ""
        self.text = ""
        self.lang = ""
        self.labels: JsonObject = {}
        self._meta: JsonObject = {}
        self._bare: list[str] = []

    def add(self, line: str) -> None:
        found = _KEY.match(line)
        if found is None:
            self._bare.append(line[1:].strip())
            return
        key, value = found.group(1), found.group(2).rstrip()
        if key == "newdoc id":
            self._meta["newdoc"] = value
        elif key in IDS and value and not self.id:
            self.id = value
        elif key == "text":
            self.text = value
        elif key == "lang" and value:
            self.lang = value
        elif key in LABELS:
            self.labels[key] = value
        elif key.startswith("labels."):
            self.labels[key.removeprefix("labels.")] = value
        else:
            self._meta[key] = value

    def meta(self) -> JsonObject:
        """What belongs into the document's ``meta``."""
        return {**self._meta, **({"comments": self._bare} if self._bare else {})}


def comment_lines(doc: Document, key: str = "id", text: str | None = None) -> list[str]:
    """The comments that `Comments` reads back: id, text (the document's, unless another is given),
    record labels, and strings of meta."""
    lines = []
    newdoc = doc.meta.get("newdoc")
    if isinstance(newdoc, str):
        lines.append(f"# newdoc id = {one_line(newdoc)}")
    for bare in cast(list[object], doc.meta.get("comments") or []):
        if isinstance(bare, str) and bare.strip():
            lines.append(f"# {one_line(bare)}")
    lines.append(f"# {key} = {one_line(doc.id)}")
    for name, value in doc.meta.items():
        if (
            isinstance(value, str)
            and name not in ("newdoc", "text")
            and _KEY.match(f"# {name} = x")
        ):
            lines.append(f"# {one_line(name)} = {one_line(value)}")
    lines.append(f"# text = {one_line(doc.text if text is None else text)}")
    lines += [
        f"# {'' if name in LABELS else 'labels.'}{one_line(name)} = {one_line(str(value))}"
        for name, value in doc.labels.items()
    ]
    return lines
