"""English as it is written, for texts whose treebank's spacing has stayed: ``It 's`` is ``It's``.

Data sets carry sentences whose contractions, and sometimes commas, stand apart (``I 'm``, ``ca
n't``, ``Del Frisco 's``). Translators were trained on running text and read these as strange words.
What the translator sees is the text as a person writes it; the record's own text stays as it is,
and links and constraints are moved between the two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from projector.text.languages import base_language
from projector.translation.base import Constraint, KnowsTexts, Translation
from projector.translation.base import Translator as Engine
from projector.translation.rewriting import Edit, Rewritten

_SPACE = re.compile(
    r"""
    (?<=[^\W\d_])[ ](?=(?:n['’]t|['’](?:s|m|re|ve|ll|d))(?![\w'’]))  # "I 'm", "do n't"
    | (?<=[\w)\]"'’”%])[ ](?=[,.;?!](?:[ ]|$))                   # "tampa bay , I", but not " ..."
    """,
    re.VERBOSE | re.IGNORECASE,
)


def as_written(text: str, lang: str) -> Rewritten | None:
    """The text with these spaces taken out; None where it has none, or is not English.

    A quotation that opens with ``'s`` or the like after a space does not occur: these are no words.
    """
    if base_language(lang) != "en" or " " not in text:
        return None
    edits = [Edit(match.start(), match.end(), "") for match in _SPACE.finditer(text)]
    return Rewritten(text, edits) if edits else None


def rows_as_written(
    engine: Engine,
    sentences: Sequence[str],
    source: str,
    constraints: Sequence[Sequence[Constraint]] | None,
) -> tuple[list[str], list[Sequence[Constraint]] | None, list[Rewritten | None]]:
    """Sentences and their constraints as the engine is to see them, and how each was rewritten.

    An engine that looks texts up (`KnowsTexts`) is given them as they are.
    """
    views = [None if isinstance(engine, KnowsTexts) else as_written(s, source) for s in sentences]
    texts = [s if view is None else view.text for s, view in zip(sentences, views, strict=True)]
    if constraints is None:
        return texts, None, views
    rows = [
        row if view is None else [_moved(one, view) for one in row]
        for row, view in zip(constraints, views, strict=True)
    ]
    return texts, rows, views


def _moved(constraint: Constraint, view: Rewritten) -> Constraint:
    if constraint.start < 0:
        return constraint
    start, end = view.after((constraint.start, constraint.end))
    return structs.replace(constraint, start=start, end=end)


def in_the_text(made: Translation, view: Rewritten | None) -> Translation:
    """A translation whose links count in the text before it was rewritten."""
    if view is None or not made.links:
        return made
    links = [(view.before(source), target, p) for source, target, p in made.links]
    return structs.replace(made, links=links)
