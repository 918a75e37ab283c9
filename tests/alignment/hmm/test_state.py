from __future__ import annotations

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.alignment.ensemble import EnsembleAligner
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.hmm.state import pack, unpack
from projector.alignment.stage import AlignOptions, AlignStage
from projector.records import Document, Pair

WORDS = [("the", "la"), ("house", "casa"), ("green", "verde"), ("2009", "2009"), ("d'un", "de un")]
PAIRS = [
    TokenPair([WORDS[(n + k) % 5][0] for k in range(4)], [WORDS[(n + k) % 5][1] for k in range(4)])
    for n in range(40)
]
NEW = [TokenPair(["the", "unseen", "house"], ["la", "casa", "nueva"]), *PAIRS[:3]]


@pytest.mark.parametrize("make", [HmmAligner, lambda: EnsembleAligner([HmmAligner()])])
def test_an_aligner_that_was_told_aligns_as_the_one_that_learnt(make):
    learnt, told = make(), make()
    learnt.fit(PAIRS, "en", "es")
    told.load_state(learnt.state())
    assert told.align(NEW, "en", "es") == learnt.align(NEW, "en", "es")
    assert told.state() == learnt.state()


@pytest.mark.parametrize("engine", ["hmm", "auto", "import"])
def test_a_stage_that_was_told_does_as_the_one_that_learnt(engine, tmp_path):
    def side(name: str, words: list[str], lang: str) -> Document:
        return Document(name, " ".join(words), lang)

    records = [
        Pair(
            f"r{n}", side(f"r{n}", p.source, "en"), side(f"r{n}", p.target, "fr" if n % 2 else "es")
        )
        for n, p in enumerate(PAIRS)
    ]
    links = tmp_path / "links"
    links.write_text("0-0 1-1\n" * len(records))
    options = AlignOptions(engine=engine, links=str(links) if engine == "import" else "")
    learnt, told = AlignStage(options), AlignStage(options)
    learnt.fit(iter(records))
    state = learnt.state()
    assert state is not None
    told.load_state(state)
    assert told.process(records) == learnt.process(records)


def test_arrays_survive_with_type_and_shape():
    for array in (np.zeros((2, 0), np.float32), np.arange(6, dtype=np.int64).reshape(2, 3)):
        again = unpack(pack(array))
        assert again.dtype == array.dtype and again.shape == array.shape
        assert (again == array).all() and again.flags.writeable
