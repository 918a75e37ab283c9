"""Silver training data in another language: translate, align, project, check, export.

The names below are the public face; they have the names of the commands. Each is imported when it
is first used, so that ``import projector`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:
    from projector.api import align, project, read, run, translate, write
    from projector.records import Document, Pair, Question, Relation, Span

_HOMES = {
    "Document": "projector.records",
    "Pair": "projector.records",
    "Question": "projector.records",
    "Relation": "projector.records",
    "Span": "projector.records",
    "align": "projector.api",
    "project": "projector.api",
    "read": "projector.api",
    "run": "projector.api",
    "translate": "projector.api",
    "write": "projector.api",
}

__all__ = [
    "Document",
    "Pair",
    "Question",
    "Relation",
    "Span",
    "__version__",
    "align",
    "project",
    "read",
    "run",
    "translate",
    "write",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'projector' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
