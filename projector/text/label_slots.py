"""Labelled slots behind a text: what a span generator reads, and what it is to write.

The text-to-text form of T-Projection (García-Ferrero et al. 2023): the text, then one empty slot
for each label; the answer is the slots filled with the spans. Written for training by the format
``t-projection``, asked of a trained model by `projector.projection.candidates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

EMPTY = "[None]"
_FILLED = re.compile(r"<\s*([^<>/]+?)\s*>(.*?)<\s*/\s*\1\s*>", re.DOTALL)


def prompt(text: str, labels: Iterable[str]) -> str:
    """The text and one empty slot for each label, in order."""
    return f"{text} {filled((label, EMPTY) for label in labels)}"


def filled(spans: Iterable[tuple[str, str]]) -> str:
    """The slots of labels with their surfaces."""
    return "".join(f"<{label}>{surface}</{label}>" for label, surface in spans)


def by_label(outputs: Sequence[str], text: str) -> dict[str, list[str]]:
    """Surfaces that really stand in the text, by label, in the order of the outputs."""
    found: dict[str, dict[str, None]] = {}
    for output in outputs:
        for label, surface in _FILLED.findall(output):
            surface = " ".join(surface.split())
            if surface and surface != EMPTY and surface in text:
                found.setdefault(label, {})[surface] = None
    return {label: list(surfaces) for label, surfaces in found.items()}
