"""What is left of a model after training: enough for the same links, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from projector.alignment.hmm import training
from projector.alignment.hmm.aligner import HmmAligner
from tests.alignment.hmm.test_aligner import fitted, toy


def whole(monkeypatch: pytest.MonkeyPatch) -> HmmAligner:
    """Fitted on the toy corpus, every entry kept."""
    with monkeypatch.context() as patch:
        patch.setattr(training, "_lean", lambda model: model)
        return fitted(toy(400)[0])


def test_entries_that_came_to_nothing_are_dropped_and_the_links_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs, _ = toy(400)
    lean, full = fitted(pairs), whole(monkeypatch)
    for name, model in lean._models.items():
        kept, all_of_it = model.parameters, full._models[name].parameters
        assert len(kept.table.column) < len(all_of_it.table.column)
        assert kept.table.start[-1] == len(kept.table.column) == len(kept.p) == len(kept.count)
    found, before = (aligner.align(pairs, "en", "es") for aligner in (lean, full))
    for a, b in zip(found, before, strict=True):
        assert [link[:2] for link in a] == [link[:2] for link in b]
        np.testing.assert_allclose([p for *_, p in a], [p for *_, p in b], atol=1e-3)


def test_a_lexicon_of_the_lean_model_says_what_that_of_the_full_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lean, full = fitted(toy(400)[0]).lexicon_views(), whole(monkeypatch).lexicon_views()
    for name, known in lean.items():
        for field in ("entry_source", "entry_target", "count", "total_source", "total_target"):
            np.testing.assert_array_equal(getattr(known, field), getattr(full[name], field))
