"""A linear-chain CRF for spans (python-crfsuite, extra ``eval``): light, quick, no embeddings.

It is there to measure data, not to be the best tagger: the same features for every language, so
that two training sets can be compared on one gold set within seconds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from projector.engines import missing_package_message
from projector.errors import EngineError

ITERATIONS = 80


class CrfTagger:
    """BIO tags for token lists; `fit` first, then `tag`."""

    def __init__(self) -> None:
        try:
            import pycrfsuite
        except ModuleNotFoundError as error:
            raise EngineError(missing_package_message("probe", "pycrfsuite", "command")) from error
        self._suite = pycrfsuite
        self._model = b""

    def fit(self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> None:
        """Train on token lists and their BIO tags (L-BFGS; the result is deterministic)."""
        trainer = self._suite.Trainer(verbose=False)
        trainer.set_params(
            {"c1": 0.05, "c2": 0.01, "max_iterations": ITERATIONS,
             "feature.possible_transitions": True}
        )  # fmt: skip
        for words, wanted in zip(sentences, tags, strict=True):
            if words:
                trainer.append(features(words), list(wanted))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            self._model = path.read_bytes()

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The most probable tags of each token list."""
        tagger = self._suite.Tagger()
        tagger.open_inmemory(self._model)
        return [tagger.tag(features(words)) if words else [] for words in sentences]


def features(words: Sequence[str]) -> list[list[str]]:
    """Features of each token: its form, shape and ends, and those of its neighbours."""
    own = [_own(word) for word in words]
    rows = []
    for n, row in enumerate(own):
        around = ["bos"] if n == 0 else [f"-1:{x}" for x in own[n - 1][:3]]
        around += ["eos"] if n + 1 == len(own) else [f"+1:{x}" for x in own[n + 1][:3]]
        if n > 1:
            around.append(f"-2:{own[n - 2][0]}")
        if n + 2 < len(own):
            around.append(f"+2:{own[n + 2][0]}")
        rows.append([*row, *around])
    return rows


def _own(word: str) -> list[str]:
    lower = word.lower()
    ends = [f"s{k}={lower[-k:]}" for k in (2, 3, 4) if len(lower) > k]
    starts = [f"p{k}={lower[:k]}" for k in (2, 3) if len(lower) > k]
    return [f"w={lower}", f"shape={shape(word)}", f"title={word[:1].isupper()}", *ends, *starts]


def shape(word: str) -> str:
    """``Berlin-2`` -> ``Xx-0``: letters and digits by kind, runs shortened."""
    kinds = (
        "X" if c.isupper() else "x" if c.isalpha() else "0" if c.isdigit() else c for c in word
    )
    out: list[str] = []
    for kind in kinds:
        if not out or out[-1] != kind:
            out.append(kind)
    return "".join(out)
