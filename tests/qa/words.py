"""Analysed sentences for tests, written as ``text/pos[/form-or-kind[/lemma]]``."""

from __future__ import annotations

from projector.qa.english.analysis import Word

KINDS = {"person", "place", "org"}


def words(marked: str) -> tuple[str, list[Word]]:
    """The sentence and its words; ``_`` stands for a space inside a word, ``+pl`` for plural."""
    found, text = [], ""
    for token in marked.split():
        surface, pos, *rest = token.split("/")
        surface = surface.replace("_", " ")
        plural = pos.endswith("+pl")
        extra = rest[0] if rest else ""
        lemma = rest[1] if len(rest) > 1 else surface
        if text and surface not in (".", ",", "'s"):
            text += " "
        start = len(text)
        text += surface
        found.append(
            Word(
                surface, start, len(text), lemma, pos.removesuffix("+pl"),
                form="" if extra in KINDS else extra,
                kind=extra if extra in KINDS else "", plural=plural,
            )
        )  # fmt: skip
    return text, found
