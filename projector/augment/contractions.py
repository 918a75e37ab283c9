"""Training data with contractions taken apart, as treebanks have them (``na`` -> ``em a``)."""

from __future__ import annotations

from projector.augment.rewriting import Edit, rewritten
from projector.records import Document
from projector.text.contractions import contractions, parts_of
from projector.text.tokens import with_tokens


def without_contractions(doc: Document) -> Document:
    """The document with each contracted word written as its parts, annotations moved along.

    Raises:
        UsageError: there is no table of contractions for the document's language.
    """
    table = contractions(doc.lang)
    doc = with_tokens(doc)
    edits = []
    for start, end in doc.tokens or ():
        parts = parts_of(doc.text[start:end], table)
        if parts:
            tokens, at = [], 0
            for part in parts:
                tokens.append((at, at + len(part)))
                at += len(part) + 1
            edits.append(Edit(start, end, " ".join(parts), tokens))
    return rewritten(doc, edits)
