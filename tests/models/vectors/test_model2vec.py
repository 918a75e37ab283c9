"""Static sub-word vectors from a folder made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from projector.errors import DataError
from projector.models.vectors.model2vec import Model2VecVectors

safetensors = pytest.importorskip("safetensors.numpy", reason="needs the extra 'vectors'")
tokenizers = pytest.importorskip("tokenizers", reason="needs the extra 'vectors'")

WORDS = {"[UNK]": 0, "red": 1, "house": 2, "casa": 3}
ROWS = np.array([[9, 9], [1, 0], [0, 1], [0, 2]], np.float32)


def folder(path: Path, **tensors: np.ndarray) -> str:
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    safetensors.save_file({"embeddings": ROWS, **tensors}, path / "model.safetensors")
    return str(path)


def test_a_form_is_the_mean_of_its_sub_words(tmp_path: Path) -> None:
    found = Model2VecVectors(folder(tmp_path)).encode(["red house", "casa", "unknown"], "en")
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0, 1], [0, 0]]))


def test_weights_and_mapping_are_used(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        weights=np.array([1, 3, 4, 1], np.float32),
        mapping=np.array([0, 2, 1, 3], np.int64),
    )
    assert Model2VecVectors(path).encode(["red house"], "en") == pytest.approx(
        np.array([[0.8, 0.6]])
    )


@pytest.mark.parametrize(
    "tensors",
    [
        {"embeddings": ROWS[0]},
        {"embeddings": ROWS[:2]},
        {"mapping": np.array([0, 1, 2, 7])},
        {"weights": np.ones(2, np.float32)},
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray]
) -> None:
    with pytest.raises(DataError, match="found"):
        Model2VecVectors(folder(tmp_path, **tensors))


def test_a_folder_without_a_model_is_refused_and_no_hub_is_asked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"model\.safetensors"):
        Model2VecVectors(str(tmp_path))
    folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(DataError, match="damaged"):
        Model2VecVectors(str(tmp_path))
