"""Static sub-word vectors from a folder in the layout of ``model2vec`` (potion-multilingual, ...).

The folder holds ``model.safetensors`` (one row a sub-word; with some models a weight a sub-word
and a mapping from sub-words to rows) and ``tokenizer.json``. A form's vector is the weighted mean
of its sub-words'. Files are read from disk only: no name is ever looked up at a model hub.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from projector.engines import missing_package_message
from projector.errors import DataError, EngineError
from projector.models.fingerprint import folder_fingerprint
from projector.models.vectors.base import Floats, unit_rows

FILES = ("model.safetensors", "tokenizer.json")


class Model2VecVectors:
    """See the module's docstring.

    Args:
        folder: where the files are.

    Raises:
        DataError: a file is missing, damaged, or does not fit the other.
        EngineError: a package that reads them is not installed.
    """

    languages: frozenset[str] = frozenset()

    def __init__(self, folder: str) -> None:
        self.name = folder
        path = Path(folder).expanduser()
        for file in FILES:
            if not (path / file).is_file():
                raise DataError(
                    f"found no {file}, wanted a model2vec folder with {' and '.join(FILES)}",
                    path=folder,
                )
        try:
            from safetensors import SafetensorError
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer
        except ModuleNotFoundError as error:
            raise EngineError(
                missing_package_message("model2vec", error.name or "", "vectors")
            ) from error
        try:
            tensors = load_file(path / FILES[0])
        except (SafetensorError, ValueError, OSError) as error:
            raise DataError(
                f"found a damaged file ({error}), wanted safetensors", path=str(path / FILES[0])
            ) from error
        try:
            self._tokenizer = Tokenizer.from_file(str(path / FILES[1]))
        except Exception as error:  # what the library raises has no class of its own
            raise DataError(
                f"found a damaged file ({error}), wanted a tokenizer", path=str(path / FILES[1])
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._rows, self._weight = _rows_and_weights(
            tensors, self._tokenizer.get_vocab_size(), str(path / FILES[0])
        )
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        self.version = folder_fingerprint(str(path))

    def encode(self, forms: Sequence[str], lang: str) -> Floats:
        """See `WordVectors.encode`; a form whose sub-words are all unknown gets zeros."""
        out = np.zeros((len(forms), self._rows.shape[1]), np.float32)
        found = self._tokenizer.encode_batch(list(forms), add_special_tokens=False)
        for n, encoding in enumerate(found):
            ids = [k for k in encoding.ids if k != self._unknown]
            if ids:
                out[n] = self._weight[ids] @ self._rows[ids].astype(np.float32) / len(ids)
        return unit_rows(out)


def _rows_and_weights(
    tensors: dict[str, NDArray[np.generic]], size: int, path: str
) -> tuple[NDArray[np.generic], Floats]:
    """The rows and the weight of each sub-word, in the tokenizer's order."""
    table = tensors.get("embeddings")
    if table is None or table.ndim != 2 or not np.issubdtype(table.dtype, np.number):
        raise DataError("found no matrix 'embeddings', wanted a model2vec model", path=path)
    mapping, weights = tensors.get("mapping"), tensors.get("weights")
    if mapping is not None:
        places = mapping.astype(np.int64)
        if places.ndim != 1 or not len(places):
            raise DataError("found a mapping that is no list, wanted one row a sub-word", path=path)
        if not 0 <= places.min() <= places.max() < len(table):
            raise DataError("found a mapping that does not fit its vectors", path=path)
        table = table[places]
    if len(table) < size:
        raise DataError(
            f"found {len(table)} vectors, wanted one for each of the tokenizer's {size} sub-words",
            path=path,
        )
    if weights is None:
        return table, np.ones(len(table), np.float32)
    if weights.shape != (len(table),):
        raise DataError("found weights that do not fit the vectors", path=path)
    return table, weights.astype(np.float32)
