"""A fixed translation as sub-words with the places where markers may stand."""

from __future__ import annotations

import pytest

from tests.neural_models import m2m100, toy_translator

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.projection.constrained.template import make_template, spelled  # noqa: E402
from projector.translation.neural.hf import HuggingFaceTranslator  # noqa: E402

TEXT = "la casa, roja (nueva)."
TOKENS = [(0, 2), (3, 7), (7, 8), (9, 13), (14, 15), (15, 20), (20, 21), (21, 22)]


@pytest.mark.parametrize("make", [toy_translator, m2m100])
def test_words_start_and_end_at_the_sub_words_that_spell_them(make) -> None:
    engine = HuggingFaceTranslator(make())
    _, tokenizer = engine._tokenizer
    template = make_template(engine.model_for("en", "es"), TEXT, TOKENS)
    pieces = [p.replace("▁", "") for p in tokenizer.convert_ids_to_tokens(template.ids)]
    found = {}
    for t, word in enumerate(template.starts):
        if word >= 0:
            end = next(e for e, other in enumerate(template.ends) if other == word)
            found[word] = "".join(pieces[t:end])
    # Punctuation is unknown to these vocabularies: "<unk>" and the word beside it are told apart.
    assert found == {0: "la", 1: "casa", 3: "roja", 5: "nueva"}
    with_edges = make_template(engine.model_for("en", "es"), TEXT, TOKENS, edges=True)
    assert with_edges.ids == template.ids
    assert sum(word >= 0 for word in with_edges.starts) > 4


def test_pieces_are_found_where_they_are_spelled() -> None:
    assert spelled(["", "ca", "sa", "<unk>"], "casa,") == [None, (0, 2), (2, 4), None]
    assert spelled(["<unk>", "a", "b"], "\uff21ab") == [None, (1, 2), (2, 3)]


def test_a_text_without_words_may_be_marked_at_its_punctuation() -> None:
    engine = HuggingFaceTranslator(toy_translator())
    model = engine.model_for("en", "es")
    template = make_template(model, "( )", [(0, 1), (2, 3)])
    assert [word for word in template.starts if word >= 0] == [0, 1]
    assert make_template(model, "", []).ids == []
