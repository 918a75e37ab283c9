"""Our decoding gives what transformers' own gives, for every family, in less work."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from projector.models.decoding import Decoding, search
from projector.models.families import encode, plan
from projector.models.seq2seq import Seq2Seq
from tests import neural_models

pytestmark = pytest.mark.neural
torch.set_num_threads(1)

FAMILIES = ["toy_translator", "marian_many", "m2m100", "nllb", "mbart50", "madlad"]


def opened(name: str) -> tuple[Seq2Seq, object]:
    model = Seq2Seq(getattr(neural_models, name)(), "cpu")
    return model, plan(model.config, model.tokenizer, "en", "es", model=name)


def reference(model, rows, the_plan, limit, **options):
    """What ``model.generate`` gives for each sentence alone."""
    found = []
    for row in rows:
        forced = {"forced_bos_token_id": the_plan.forced_ids[0]} if the_plan.forced_ids else {}
        out = model.model.generate(
            input_ids=torch.tensor([row]), max_new_tokens=limit, do_sample=False,
            decoder_start_token_id=the_plan.start_id, forced_eos_token_id=None, max_length=None,
            bad_words_ids=[[model.pad_id]], **forced, **options,
        )[0].tolist()[1 + len(the_plan.forced_ids) :]  # fmt: skip
        ends = [n for n, token in enumerate(out) if token in model.eos_ids]
        found.append((out[: ends[0]] if ends else out, bool(ends)))
    return found


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    "options",
    [
        {"num_beams": 1},
        {"num_beams": 4},
        {"num_beams": 3, "length_penalty": 0.5},
        {"num_beams": 5, "early_stopping": True},
        {"num_beams": 3, "no_repeat_ngram_size": 2},
        {"num_beams": 1, "repetition_penalty": 1.7},
    ],
    ids=lambda o: " ".join(f"{k}={v}" for k, v in o.items()),
)
def test_same_tokens_as_generate(name, options):
    model, the_plan = opened(name)
    texts = [source for source, _ in neural_models.toy_corpus(6, seed=5)]
    rows = encode(model.tokenizer, the_plan, texts)
    limit = 14
    wanted = reference(model, rows, the_plan, limit - 0, **options)
    mine = Decoding(
        beam=options["num_beams"],
        length_penalty=options.get("length_penalty", 1.0),
        early_stopping=options.get("early_stopping", False),
        no_repeat_ngram=options.get("no_repeat_ngram_size", 0),
        repetition_penalty=options.get("repetition_penalty", 1.0),
    )
    got = search(model, rows, the_plan, mine, [limit] * len(rows))
    for ours, (ids, finished) in zip(got, wanted, strict=True):
        assert ours.finished == finished
        if finished or options["num_beams"] == 1:
            assert ours.ids[: len(ids)] == ids


def test_best_of_rows_is_topk():
    from projector.models.decoding import best_of_rows

    for size in (5000, 4999, 300, 7):
        scores = torch.randn(6, size)
        for count in (1, 3, 9):
            values, places = best_of_rows(scores, count, block=16)
            wanted = scores.topk(min(count, size), dim=1)
            assert torch.equal(values, wanted.values) and torch.equal(places, wanted.indices)
