"""Translation scores: the model's own numbers, however they were shared and batched."""

from __future__ import annotations

import math

import pytest

from projector.errors import UsageError
from tests.encoder_models import sentence_pairs
from tests.marking_models import bracket_translator, phrase_example
from tests.neural_models import m2m100, toy_translator

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.models.families import encode, encode_target  # noqa: E402
from projector.models.huggingface_model import Longest  # noqa: E402
from projector.projection.scoring import TranslationScorer  # noqa: E402
from projector.translation.neural.hf import HuggingFaceTranslator  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def texts(count: int, seed: int) -> list[tuple[str, str]]:
    return [(" ".join(s), " ".join(t)) for s, t, _ in sentence_pairs(count, seed)]


def beginnings(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(s, " ".join(t.split()[:n])) for s, t in pairs for n in range(1, len(t.split()) + 1)]


def _alone(engine: HuggingFaceTranslator, source: str, target: str) -> float:
    """One pair through the whole model, with nothing shared."""
    plan, model = engine.plan("en", "es"), engine.seq2seq
    rows = encode(model.tokenizer, plan, [source]), encode_target(model.tokenizer, plan, [target])
    (scores,) = model.score(*rows, plan)
    return sum(scores) / len(scores)


def test_shared_scores_equal_scoring_each_pair_alone() -> None:
    folder = bracket_translator()
    pairs = beginnings(texts(6, seed=51))
    found = TranslationScorer(folder).log_probabilities(pairs, "en", "es")
    one_by_one = HuggingFaceTranslator(folder)
    alone = [_alone(one_by_one, s, t) for s, t in pairs]
    assert found == pytest.approx(alone, abs=1e-4)
    assert max(found) > -0.1 > min(found)


def test_a_beginning_costs_no_row_of_its_own() -> None:
    jobs = [
        (0, (1, 2, 3)),
        (0, (1,)),
        (1, (1, 2)),
        (0, (1, 2)),
        (0, (2,)),
        (0, (1, 2, 3)),
        (0, (1, 3)),
    ]
    longest = Longest(jobs)
    assert sorted(longest.rows) == [(0, (1, 2, 3)), (0, (1, 3)), (0, (2,)), (1, (1, 2))]
    for source, ids in jobs:
        row = longest.rows[longest.row_of[source, ids]]
        assert row[0] == source and row[1][: len(ids)] == ids


def test_ctranslate2_scores_as_the_plain_model_does() -> None:
    pytest.importorskip("ctranslate2")
    pairs = texts(8, seed=52)
    plain = TranslationScorer(bracket_translator()).log_probabilities(pairs, "en", "es")
    quick = TranslationScorer(
        bracket_translator(), engine="ctranslate2", options={"precision": "float32"}
    )
    # CTranslate2 leaves the padding token out of the softmax, which shifts scores a little.
    assert quick.log_probabilities(pairs, "en", "es") == pytest.approx(plain, abs=0.02)


def test_right_phrases_are_more_similar_than_wrong_ones_in_both_directions() -> None:
    import random

    rng = random.Random(53)
    phrases = list(
        {(" ".join(a), " ".join(b)) for a, b, _ in (phrase_example(rng) for _ in range(30))}
    )
    scorer = TranslationScorer(bracket_translator())
    assert scorer.directions("en", "es") == [False, True]
    right = scorer.similarity(phrases, "en", "es")
    wrong = scorer.similarity(
        [(a, phrases[n - 1][1]) for n, (a, _) in enumerate(phrases)], "en", "es"
    )
    assert all(0 < x <= 1 for x in right + wrong)
    assert sum(right) / len(right) > 0.85 and sum(wrong) / len(wrong) < 0.3
    assert all(r > w for r, w in zip(right, wrong, strict=True))
    turned = scorer.similarity([(b, a) for a, b in phrases], "es", "en")
    assert turned == pytest.approx(right, abs=1e-4)


def test_the_mean_of_both_directions_is_what_is_given() -> None:
    pairs = texts(4, seed=54)
    scorer = TranslationScorer(bracket_translator())
    there = scorer.log_probabilities(pairs, "en", "es")
    back = scorer.log_probabilities(pairs, "en", "es", back=True)
    wanted = [(math.exp(a) + math.exp(b)) / 2 for a, b in zip(there, back, strict=True)]
    assert scorer.similarity(pairs, "en", "es") == pytest.approx(wanted)


def test_models_between_many_languages_are_normalised_by_copying() -> None:
    pairs = [("the dog", "el perro"), ("the dog", "la casa"), ("the", "el")]
    scorer = TranslationScorer(m2m100())
    found = scorer.similarity(pairs, "en", "es")
    there, back = (scorer.log_probabilities(pairs, "en", "es", back) for back in (False, True))
    copy_es = scorer.log_probabilities([(b, b) for _, b in pairs], "es", "es")
    copy_en = scorer.log_probabilities([(a, a) for a, _ in pairs], "en", "en")
    wanted = [
        (math.exp(min(0, x - u)) + math.exp(min(0, y - v))) / 2
        for x, u, y, v in zip(there, copy_es, back, copy_en, strict=True)
    ]
    assert found == pytest.approx(wanted, abs=1e-5)


def test_a_model_of_one_direction_is_used_one_way_unless_another_is_named() -> None:
    assert TranslationScorer(toy_translator()).directions("en", "es") == [False]
    both = TranslationScorer(toy_translator(), reverse=bracket_translator())
    assert both.directions("en", "es") == [False, True]
    with pytest.raises(UsageError):
        TranslationScorer(toy_translator()).directions("es", "en")
    with pytest.raises(UsageError, match="'apertium' does not score given translations"):
        TranslationScorer("x", engine="apertium")
    assert TranslationScorer(toy_translator()).log_probabilities([], "en", "es") == []
