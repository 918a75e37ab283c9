"""The awesome engine: both shares above the threshold, any checkpoint folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.errors import EngineError, UsageError
from tests.encoder_models import aligning_bert, sentence_pairs, vocabulary

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.alignment.neural.awesome import AwesomeAligner  # noqa: E402
from projector.models.encoder import Embedded  # noqa: E402


@pytest.mark.parametrize("extraction", ["softmax", "entmax15"])
def test_links_are_the_gold_ones_of_the_toy_pair(extraction: str) -> None:
    torch.set_num_threads(1)
    gold = sentence_pairs(60, seed=21)
    aligner = AwesomeAligner(str(aligning_bert()), layer=2, extraction=extraction)
    links = aligner.align([TokenPair(s, t) for s, t, _ in gold], "", "")
    right = sum(
        (i, j) in g for found, (_, _, g) in zip(links, gold, strict=True) for i, j, _ in found
    )
    assert right / sum(len(g) for _, _, g in gold) > 0.95
    sure = [
        (i, j) in g
        for found, (_, _, g) in zip(links, gold, strict=True)
        for i, j, p in found
        if p > 0.5
    ]
    assert sum(sure) / len(sure) > 0.95


def test_a_pair_is_linked_where_both_softmaxes_pass_and_in_no_other_place() -> None:
    rng = np.random.default_rng(2)
    aligner = AwesomeAligner("unused", threshold=0.01)
    for _ in range(20):
        source = Embedded(rng.normal(size=(6, 4)).astype(np.float32), np.array([0, 0, 1, 3, 3, 4]))
        target = Embedded(rng.normal(size=(4, 4)).astype(np.float32), np.array([0, 1, 1, 2]))
        expected: dict[tuple[int, int], float] = {}
        scores = source.vectors @ target.vectors.T
        for a in range(6):
            for b in range(4):
                share = np.exp(scores[a, b]) / np.exp(scores[a]).sum()
                back = np.exp(scores[a, b]) / np.exp(scores[:, b]).sum()
                pair = (int(source.words[a]), int(target.words[b]))
                mean = 2 * share * back / (share + back)
                if share > 0.01 and back > 0.01:
                    expected[pair] = max(expected.get(pair, 0.0), mean)
        links = aligner.links(source, target)
        assert [(i, j) for i, j, _ in links] == sorted(expected)
        assert [p for _, _, p in links] == pytest.approx(
            [expected[i, j] for i, j, _ in links], abs=0.06
        )


def test_an_old_checkpoint_folder_without_tokenizer_json_loads(tmp_path: Path) -> None:
    """awesome-align saves ``pytorch_model.bin`` with a masked-language head and ``vocab.txt``."""
    from transformers import BertConfig, BertForMaskedLM, BertModel

    trained = BertModel.from_pretrained(aligning_bert(), add_pooling_layer=False)
    whole = BertForMaskedLM(BertConfig.from_pretrained(aligning_bert()))
    whole.bert.load_state_dict(trained.state_dict())
    torch.save(whole.state_dict(), tmp_path / "pytorch_model.bin")
    whole.config.save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary()) + "\n", "utf-8")
    (tmp_path / "tokenizer_config.json").write_text(
        '{"do_lower_case": false, "model_max_length": 512}'
    )
    pairs = [TokenPair(s, t) for s, t, _ in sentence_pairs(20, seed=22)]
    old = AwesomeAligner(str(tmp_path), layer=2).align(pairs, "", "")
    assert old == AwesomeAligner(str(aligning_bert()), layer=2).align(pairs, "", "")
    assert sum(map(len, old)) > 60


def test_a_long_text_is_aligned_beyond_the_window() -> None:
    source, target = [], []
    for s, t, _ in sentence_pairs(100, seed=23):
        source, target = source + s, target + t
    links = AwesomeAligner(str(aligning_bert()), layer=2).align(
        [TokenPair(source, target)], "", ""
    )[0]
    assert max(i for i, _, _ in links) > 550


def test_wrong_options_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no option 'treshold'.*'threshold'"):
        AwesomeAligner("x", treshold=0.1)
    with pytest.raises(UsageError, match="extraction"):
        AwesomeAligner("x", extraction="argmax")
    with pytest.raises(UsageError, match=r"\[0, 1\)"):
        AwesomeAligner("x", threshold=2)
    with pytest.raises(EngineError, match=r"config\.json"):
        AwesomeAligner(str(tmp_path)).align([TokenPair(["a"], ["b"])], "", "")
