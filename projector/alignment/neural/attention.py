"""Word links from the cross-attention of a translation model that is shown both sentences.

An aligner for `projector.alignment.stage`. Source and target are given ("teacher forcing"), so
one pass of the model is enough and the translation may come from anywhere.

Which attention is used depends on the family. Marian models (OPUS-MT) are commonly trained with
guided alignment, which makes the first head of the last layer an aligner at the step that
predicts a sub-word. For the others it is a middle layer, all heads, at the step that has just
read the sub-word (Chen et al. 2020, "shift-att").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projector.alignment.base import TokenPair
from projector.alignment.neural.extraction import LEAST
from projector.engines import read_options
from projector.errors import UsageError
from projector.models.batching import in_batches
from projector.models.families import Plan, encode, encode_target, plan
from projector.models.hub import model_folder
from projector.records import Link

if TYPE_CHECKING:
    from projector.models.seq2seq import Seq2Seq


class AttentionOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        reverse: a model of the other direction; both models' attentions are then averaged.
        layer: decoder layer, counted from 1 (0: by family, see the module's docstring).
        heads: ``first``, ``mean`` (of all heads), or ``auto``: by family.
        step: ``predicts`` or ``reads`` the sub-word, or ``auto``: by family.
        threshold: the smallest attention that makes a link.
        prefix: text before the source, for models that are told their task by one.
        device, batch_tokens: as for the translator ``hf``.
    """

    reverse: str = ""
    layer: int = 0
    heads: Literal["auto", "first", "mean"] = "auto"
    step: Literal["auto", "predicts", "reads"] = "auto"
    threshold: float = 0.2
    prefix: str = ""
    device: str = "auto"
    batch_tokens: int = 0


class AttentionAligner:
    """Each target word's most attended source words; the probability is the attention.

    Raises:
        UsageError: no model named, or a language that it does not have.
        EngineError: the model cannot be found or loaded.
    """

    name = "attention"
    Options = AttentionOptions
    sees_corpus = False

    def __init__(self, model: str = "", **options: object) -> None:
        if not model:
            raise UsageError(
                "the engine 'attention' needs a translation model: --model FOLDER_OR_HUB_NAME"
            )
        self.model = model
        self.options = read_options(AttentionOptions, options, self.name)
        if not 0 <= self.options.threshold < 1:
            raise UsageError(
                f"attention: found threshold {self.options.threshold}, wanted a number in [0, 1)"
            )
        self._models: dict[str, ForcedModel] = {}

    @property
    def version(self) -> str:
        import transformers

        return f"transformers {transformers.__version__}"

    def _forced(self, model: str) -> ForcedModel:
        if model not in self._models:
            self._models[model] = ForcedModel(model, self.options)
        return self._models[model]

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Nothing to learn."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair; languages must be ones that the model has."""
        found = self._forced(self.model).attention(pairs, source, target)
        if self.options.reverse:
            turned = [TokenPair(pair.target, pair.source) for pair in pairs]
            other = self._forced(self.options.reverse).attention(turned, target, source)
            found = [(a + b.T) / 2 for a, b in zip(found, other, strict=True)]
        return [links_of(weights, self.options.threshold) for weights in found]

    def close(self) -> None:
        """Free the models."""
        self._models.clear()


def links_of(weights: NDArray[np.float64], threshold: float) -> list[Link]:
    """Pairs that are the best of their source or target word and reach the threshold.

    Args:
        weights: ``(source words, target words)``, attention of each target word.
    """
    if not weights.size:
        return []
    best = weights >= weights.max(0, keepdims=True)
    # A source word's own best target counts only where it takes at least half of the attention
    # that the target word gives to its first choice: otherwise every source word gets a link.
    second = (weights >= weights.max(1, keepdims=True)) & (weights >= weights.max(0) / 2)
    rows, columns = np.nonzero((best | second) & (weights >= max(threshold, LEAST)))
    return [
        (int(i), int(j), min(1.0, max(LEAST, round(float(weights[i, j]), 4))))
        for i, j in zip(rows, columns, strict=True)
    ]


class Row(Struct):
    """One window of a pair: encoder ids, target ids, and the word of each (-1: none)."""

    pair: int
    source: list[int]
    source_words: list[int]
    target: list[int]
    target_words: list[int]
    keep: tuple[int, int]  # target words whose attention this window decides


class ForcedModel:
    """A sequence-to-sequence model that reads given pairs and tells its cross-attention."""

    def __init__(self, model: str, options: AttentionOptions) -> None:
        from projector.models.seq2seq import Seq2Seq

        self.name = model
        self.options = options
        folder = model_folder(model, "attention")
        self.seq2seq: Seq2Seq = Seq2Seq(folder, options.device, attention="eager")
        depth = int(getattr(self.seq2seq.config, "decoder_layers", 0) or 0) or int(
            getattr(self.seq2seq.config, "num_decoder_layers", 0) or 1
        )
        if not 0 <= options.layer <= depth:
            raise UsageError(
                f"attention: found layer {options.layer}, wanted 1 to {depth} (0: by family)"
            )
        guided = self.seq2seq.config.model_type == "marian"
        self.layer = (options.layer or (depth if guided else (depth + 1) // 2)) - 1
        self.first_head = guided if options.heads == "auto" else options.heads == "first"
        self.shift = not guided if options.step == "auto" else options.step == "reads"

    def attention(
        self, pairs: Sequence[TokenPair], source: str, target: str
    ) -> list[NDArray[np.float64]]:
        """For each pair the attention ``(source words, target words)``; columns sum to at most 1.

        What is missing to 1 went to the end-of-sentence token, which models use for "nothing".
        """
        settings = plan(
            self.seq2seq.config, self.seq2seq.tokenizer, source, target,
            model=self.name, prefix=self.options.prefix,
        )  # fmt: skip
        rows = [row for n, pair in enumerate(pairs) for row in self.rows(n, pair, settings)]
        budget = self.options.batch_tokens or (2048 if self.seq2seq.device == "cpu" else 16384)

        def run(places: list[int]) -> list[NDArray[np.float64]]:
            return self.run([rows[place] for place in places], settings)

        found = [np.zeros((len(pair.source), len(pair.target))) for pair in pairs]
        lengths = [len(row.source) + len(row.target) for row in rows]
        for row, pieces in zip(rows, in_batches(lengths, budget, run), strict=True):
            add_words(found[row.pair], pieces, row)
        return found

    def rows(self, n: int, pair: TokenPair, settings: Plan) -> Iterator[Row]:
        """The windows of a pair (one, unless it is too long for the model)."""
        tokenizer = self.seq2seq.tokenizer
        if not pair.source or not pair.target:
            return
        # Word by word: sub-words never cross a space, and so it is known whose they are.
        targets = encode_target(tokenizer, settings, list(pair.target))
        before, sources, after = source_words(tokenizer, settings, list(pair.source))
        room = self.seq2seq.window - len(before) - len(after) - len(settings.forced_ids) - 1
        longest = max(sum(map(len, sources)), sum(map(len, targets)))
        if not any(sources) or not any(targets):
            return
        count = 1 if longest <= room else math.ceil(2 * longest / max(room, 2))
        source_cuts, target_cuts = cuts(sources, count), cuts(targets, count)
        for k in range(count):
            a, b = source_cuts[max(0, 2 * k - 1)], source_cuts[min(2 * count, 2 * k + 3)]
            c, d = target_cuts[max(0, 2 * k - 1)], target_cuts[min(2 * count, 2 * k + 3)]
            inside = [piece for word in sources[a:b] for piece in word]
            yield Row(
                n,
                [*before, *inside, *after],
                [-1] * len(before)
                + [w for w in range(a, b) for _ in sources[w]]
                + [-1] * len(after),
                [piece for word in targets[c:d] for piece in word],
                [w for w in range(c, d) for _ in targets[w]],
                (target_cuts[2 * k], target_cuts[2 * k + 2]),
            )

    def run(self, rows: list[Row], settings: Plan) -> list[NDArray[np.float64]]:
        """Attention of each row's target sub-words ``(target pieces, encoder pieces)``."""
        import torch

        model = self.seq2seq
        ids, mask = model.padded([row.source for row in rows])
        start = [settings.start_id, *settings.forced_ids]
        given, _ = model.padded([[*start, *row.target] for row in rows])
        with torch.inference_mode():
            out: Any = model.model(
                input_ids=ids, attention_mask=mask, decoder_input_ids=given,
                output_attentions=True, use_cache=False,
            )  # fmt: skip
        heads = out.cross_attentions[self.layer].float()
        weights = (heads[:, 0] if self.first_head else heads.mean(1)).cpu().numpy()
        first = len(start) if self.shift else len(start) - 1
        return [
            weights[n, first : first + len(row.target), : len(row.source)].astype(np.float64)
            for n, row in enumerate(rows)
        ]


def source_words(
    tokenizer: Any, settings: Plan, words: list[str]
) -> tuple[list[int], list[list[int]], list[int]]:
    """What stands before the words' sub-words, these word by word, and what stands after."""
    if settings.source_code:
        tokenizer.src_lang = settings.source_code
    bare: list[list[int]] = tokenizer(
        words, add_special_tokens=False, truncation=False, split_special_tokens=True, verbose=False
    )["input_ids"]
    example = next((n for n, ids in enumerate(bare) if ids), None)
    if example is None:
        return [], bare, []
    whole = encode(tokenizer, settings, [words[example]])[0]
    size = len(bare[example])
    for start in range(len(whole) - size, -1, -1):  # from the right: a task may come before
        if whole[start : start + size] == bare[example]:
            return whole[:start], bare, whole[start + size :]
    return [], bare, whole[-1:]


def cuts(words: list[list[int]], count: int) -> list[int]:
    """Word numbers that cut the words into ``2 * count`` stretches of about equal many pieces."""
    ends = np.cumsum([0, *map(len, words)])
    wanted = np.linspace(0, ends[-1], 2 * count + 1)
    found = [int(n) for n in np.searchsorted(ends, wanted)]
    return [0, *found[1:-1], len(words)]


def add_words(found: NDArray[np.float64], pieces: NDArray[np.float64], row: Row) -> None:
    """Sum a window's attention over source sub-words, average it over target sub-words."""
    sizes = np.bincount(np.array(row.target_words, int), minlength=found.shape[1])
    for t, word in enumerate(row.target_words):
        if row.keep[0] <= word < row.keep[1]:
            for s, source in enumerate(row.source_words):
                if source >= 0:
                    found[source, word] += pieces[t, s] / sizes[word]
