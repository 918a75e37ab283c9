"""Installed students, loaded once, with the attention heads that tell links found."""

from __future__ import annotations

from pathlib import Path

from projector.models.firefox.store import InstalledModel, find
from projector.models.marian.attention import Heads
from projector.models.marian.plain_text import ENGLISH
from projector.models.marian.student import Student
from projector.text.languages import base_language

# Finding the heads takes seconds and depends on the files alone: once a process is enough.
_HEADS: dict[tuple[str, int], Heads] = {}


def _state(model: InstalledModel) -> tuple[str, int]:
    """A model's folder and when its files last changed."""
    return model.folder, max(path.stat().st_mtime_ns for path in Path(model.folder).iterdir())


class Students:
    """Loads students when they are first wanted and keeps them.

    The heads of a student that reads English are found on plain English, those of one that reads
    another language on the translation of that English into it, where the model for that is here;
    else the guided head alone is used.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Student] = {}

    def get(self, model: InstalledModel) -> Student:
        """The student of an installed model.

        Raises:
            EngineError: its files are damaged or not all there.
        """
        found = self._loaded.get(model.folder)
        if found is None:
            found = Student.load(Path(model.folder))
            key = _state(model)
            if key not in _HEADS:
                texts = self._plain_text(base_language(model.source) or "en")
                _HEADS[key] = found.calibrate(texts) if texts else found.heads
            found.heads = _HEADS[key]
            self._loaded[model.folder] = found
        return found

    def clear(self) -> None:
        """Forget all of them."""
        self._loaded.clear()

    def _plain_text(self, language: str) -> list[str]:
        if language == "en":
            return list(ENGLISH)
        back = find("en", language)
        if back is None:
            return []
        reader = self._loaded.get(back.folder) or Student.load(Path(back.folder))
        return [some[0].text for some in reader.translate(ENGLISH, links=False)]
