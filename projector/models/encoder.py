"""A multilingual encoder that gives the sub-words of many sentences their vectors at once.

Used by the aligners `simalign` and `awesome`. Only the layers up to the wanted one are run, each
different sentence goes through once, and batches are cut by a budget of sub-words after sorting
by length, which is where the speed over one pair at a time comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projector.errors import EngineError, UsageError, first_line
from projector.models.adapters import with_adapter
from projector.models.batching import in_batches
from projector.models.hub import model_folder
from projector.models.loading import load_layers, load_tokenizer
from projector.models.windows import windows

# Encoders whose layer k gives the same states when the layers above k are not built. Others run
# whole, because they treat their last layer's states in some other way (a final norm, say).
CUTTABLE = {
    "bert", "roberta", "xlm-roberta", "distilbert", "electra", "camembert", "ernie", "mpnet",
    "data2vec-text", "rembert",
}  # fmt: skip
FORWARD_BUDGET = {"cpu": 512, "cuda": 32768}  # sub-words in a batch, padding included


class Embedded(Struct, frozen=True):
    """A sentence's sub-words: vectors ``(pieces, dimensions)`` and the word each belongs to.

    A word without sub-words (an empty string, a zero-width space) does not occur in ``words``.
    ``windowed`` says that the text was longer than the encoder's window.
    """

    vectors: NDArray[np.float32]
    words: NDArray[np.int64]
    windowed: bool = False


class Network(Protocol):
    """The layers themselves: padded ids in, states of the wanted layer out."""

    def states(self, ids: list[list[int]]) -> list[NDArray[np.float32]]:
        """One ``(len(ids[n]), dimensions)`` array for each sequence."""


class Encoder:
    """Sub-word vectors from one layer of a Hugging Face encoder.

    Args:
        model: a local folder or a hub name.
        layer: which hidden state (0 is the embeddings, 8 the output of the eighth layer).
        device: ``auto`` takes the graphics card where there is one.
        precision: ``fp32``, or ``int8`` (see `projector.models.quantised`).
        batch_tokens: sub-words in a batch, 0 for the measured best of the device.
        adapter: a folder with a LoRA adapter for the model, as peft saves it; "" for none.

    Raises:
        EngineError: the model cannot be found or loaded.
        UsageError: a layer that the model does not have.
    """

    def __init__(
        self,
        model: str,
        layer: int = 8,
        device: str = "auto",
        precision: str = "fp32",
        batch_tokens: int = 0,
        engine: str = "simalign",
        adapter: str = "",
    ) -> None:
        import torch
        from transformers import AutoConfig

        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        folder = model_folder(model, engine)
        try:
            config = AutoConfig.from_pretrained(folder)
        except Exception as error:
            raise EngineError(
                f"{engine}: the model in {folder} cannot be read: {first_line(error)}"
            ) from error
        self.depth = int(config.num_hidden_layers)
        if not 0 <= layer <= self.depth:
            raise UsageError(
                f"{engine}: found layer {layer}, wanted 0 to {self.depth}, the layers of {model}"
            )
        self.tokenizer = load_tokenizer(folder, str(config.model_type), engine)
        self.prefix, self.suffix = special_pieces(self.tokenizer)
        self.window = window_of(config, self.tokenizer) - len(self.prefix) - len(self.suffix)
        self.budget = batch_tokens or FORWARD_BUDGET["cpu" if device == "cpu" else "cuda"]
        self.network: Network
        if precision == "int8" and adapter:
            raise UsageError(
                f"{engine}: found an adapter with precision int8, wanted fp32 with an adapter"
            )
        if precision == "int8":
            from projector.models.quantised import QuantisedNetwork

            self.network = QuantisedNetwork(folder, layer, config, engine, device)
        elif precision == "fp32":
            self.network = TorchNetwork(folder, layer, config, self.pad, device, engine, adapter)
        else:
            raise UsageError(f"{engine}: found precision {precision!r}, wanted fp32 or int8")

    @property
    def pad(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)

    def embed(self, sentences: Sequence[Sequence[str]]) -> list[Embedded]:
        """Vectors of each sentence's sub-words, in order; equal sentences are run once."""
        unique: dict[tuple[str, ...], int] = {}
        places = [unique.setdefault(tuple(words), len(unique)) for words in sentences]
        pieces = self.pieces(list(unique))
        jobs: list[tuple[int, int, list[int]]] = []  # sentence, number of its window, ids
        plans = []
        for n, (ids, _) in enumerate(pieces):
            plan = windows(len(ids), self.window)
            plans.append(plan)
            for k, window in enumerate(plan):
                if ids:
                    part = ids[window.start : window.end]
                    jobs.append((n, k, self.prefix + part + self.suffix))
        states: dict[tuple[int, int], NDArray[np.float32]] = {}

        def run(places: list[int]) -> list[NDArray[np.float32]]:
            return self.network.states([jobs[place][2] for place in places])

        found = in_batches([len(ids) for _, _, ids in jobs], self.budget, run)
        for (n, k, _), vectors in zip(jobs, found, strict=True):
            states[n, k] = vectors
        embedded = []
        left = len(self.prefix)
        for n, (ids, words) in enumerate(pieces):
            parts = [
                states[n, k][left + w.keep_from - w.start : left + w.keep_to - w.start]
                for k, w in enumerate(plans[n])
                if ids
            ]
            vectors = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
            embedded.append(Embedded(vectors, words, len(plans[n]) > 1))
        return [embedded[place] for place in places]

    def pieces(
        self, sentences: Sequence[Sequence[str]]
    ) -> list[tuple[list[int], NDArray[np.int64]]]:
        """Each sentence's sub-word ids, special ones left out, and the word of each."""
        if not sentences:
            return []
        if not self.tokenizer.is_fast:
            return [self.pieces_slowly(words) for words in sentences]
        encoded = self.tokenizer(
            [list(words) for words in sentences],
            is_split_into_words=True,
            add_special_tokens=False,
            verbose=False,
        )
        return [
            (list(ids), np.array(encoded.word_ids(n), np.int64))
            for n, ids in enumerate(encoded["input_ids"])
        ]

    def pieces_slowly(self, words: Sequence[str]) -> tuple[list[int], NDArray[np.int64]]:
        """The same with a tokenizer that does not say which word a sub-word comes from."""
        cut = [self.tokenizer.tokenize(word) for word in words]
        ids = self.tokenizer.convert_tokens_to_ids([piece for pieces in cut for piece in pieces])
        return ids, np.repeat(np.arange(len(cut)), [len(pieces) for pieces in cut])


class TorchNetwork:
    """The layers in PyTorch, in 32-bit floating point."""

    def __init__(
        self,
        folder: str,
        layer: int,
        config: Any,
        pad: int,
        device: str,
        engine: str,
        adapter: str = "",
    ) -> None:
        import torch

        cut = layer if config.model_type in CUTTABLE else None
        self.layer = layer
        self.pad = pad
        self.device = torch.device(device)
        self.cut = cut is not None
        model = load_layers(folder, config, cut, engine)
        if adapter:
            model = with_adapter(model, adapter, engine)
        self.model = model.to(self.device)

    def states(self, ids: list[list[int]]) -> list[NDArray[np.float32]]:
        import torch

        longest = max(map(len, ids))
        padded = torch.full((len(ids), longest), self.pad, dtype=torch.long)
        mask = torch.zeros((len(ids), longest), dtype=torch.long)
        for n, row in enumerate(ids):
            padded[n, : len(row)] = torch.tensor(row)
            mask[n, : len(row)] = 1
        with torch.inference_mode():
            out = self.model(
                input_ids=padded.to(self.device),
                attention_mask=mask.to(self.device),
                output_hidden_states=not self.cut,
            )
        states = out.last_hidden_state if self.cut else out.hidden_states[self.layer]
        array = states.float().cpu().numpy()
        return [array[n, : len(row)] for n, row in enumerate(ids)]


def special_pieces(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The ids that this tokenizer puts before and after a sentence."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    for start in range(len(full) - len(bare) + 1):
        if full[start : start + len(bare)] == bare:
            return full[:start], full[start + len(bare) :]
    return [], []


def window_of(config: Any, tokenizer: Any) -> int:
    """How many sub-words, special ones included, the encoder takes at once."""
    sizes = [int(tokenizer.model_max_length)]
    positions = getattr(config, "max_position_embeddings", None)
    if positions and positions > 0:
        # These families count positions from the padding's id on.
        offset = config.model_type in {"roberta", "xlm-roberta", "camembert", "xmod"}
        sizes.append(int(positions) - (int(config.pad_token_id or 0) + 1 if offset else 0))
    return min(*sizes, 1 << 16)
