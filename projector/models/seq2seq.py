"""A loaded sequence-to-sequence model: padded batches in, token ids with scores out.

Between the engines (`hf`, and whoever else decodes or scores with such a model) and the
transformers library. Nothing here knows records or languages beyond a `families.Plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.utils import logging

from projector.errors import EngineError, UsageError, first_line
from projector.models.families import Plan


def pick_device(wanted: str) -> str:
    """``auto`` -> cuda, mps or cpu; a device that is not there is a UsageError."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind = wanted.partition(":")[0]
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(kind, False):
        known = ", ".join(name for name, ok in there.items() if ok)
        raise UsageError(f"device: found {wanted!r}, wanted one that is here: auto, {known}")
    return wanted


def pick_dtype(precision: str, device: str) -> torch.dtype:
    """``auto`` is float32 on the CPU and bfloat16 (else float16) on a GPU."""
    named = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if precision == "auto":
        if not device.startswith("cuda"):
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if precision not in named:
        raise UsageError(f"precision: found {precision!r}, wanted auto, {', '.join(named)}")
    return named[precision]


def load_tokenizer(folder: str) -> tuple[Any, Any]:
    """Configuration and tokeniser of a model folder; no weights are read.

    Raises:
        EngineError: they cannot be read, or the model is no sequence-to-sequence model.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise EngineError(
            f"{folder}: the model's tokeniser cannot be loaded: {first_line(error)}"
        ) from error
    if not config.is_encoder_decoder:
        raise EngineError(
            f"{folder}: found a model of the type {config.model_type!r}, wanted an "
            f"encoder-decoder (Marian, NLLB, M2M-100, mBART, MADLAD, T5, ...)"
        )
    return config, tokenizer


class Seq2Seq:
    """A model with its tokeniser on a device.

    Args:
        folder: local folder of the saved model.
        device, precision: see `pick_device` and `pick_dtype`.
        attention: "eager" where cross-attention weights are wanted.
        threads: CPU threads (0: leave as it is).
    """

    def __init__(
        self,
        folder: str,
        device: str = "auto",
        precision: str = "auto",
        *,
        attention: str | None = None,
        threads: int = 0,
    ) -> None:
        if threads:
            torch.set_num_threads(threads)
        self.device = pick_device(device)
        self.config, self.tokenizer = load_tokenizer(folder)
        logging.disable_progress_bar()  # standard error belongs to our own progress line
        extra = {"attn_implementation": attention} if attention else {}
        try:
            model = AutoModelForSeq2SeqLM.from_pretrained(
                folder, local_files_only=True, dtype=pick_dtype(precision, self.device), **extra
            )
            self.model = model.to(self.device).eval()
        except (UsageError, torch.OutOfMemoryError):
            raise
        except Exception as error:
            raise EngineError(f"{folder}: cannot be loaded: {first_line(error)}") from error
        self.pad_id = int(self.tokenizer.pad_token_id or 0)
        ends = self.model.generation_config.eos_token_id
        ends = self.tokenizer.eos_token_id if ends is None else ends
        self.eos_ids = [ends] if isinstance(ends, int) else list(ends)

    @property
    def window(self) -> int:
        return window(self.config, self.tokenizer)

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and attention mask, both (rows, longest)."""
        longest = max(len(row) for row in rows)
        ids = torch.full((len(rows), longest), self.pad_id, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = torch.tensor(row, dtype=torch.long)
            mask[n, : len(row)] = 1
        return ids.to(self.device), mask.to(self.device)

    @torch.inference_mode()
    def score(
        self, rows: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], plan: Plan
    ) -> list[list[float]]:
        """Log-probability of each target token and of the end token, the target being given.

        ``targets`` are ids without special tokens; forced first tokens are put before them and
        not counted.
        """
        ids, mask = self.padded(rows)
        skip, end = len(plan.forced_ids), self.eos_ids[0]
        labels = [[*plan.forced_ids, *target, end] for target in targets]
        given, _ = self.padded([[plan.start_id, *label[:-1]] for label in labels])
        logits = self.model(
            input_ids=ids, attention_mask=mask, decoder_input_ids=given, use_cache=False
        ).logits.float()
        wanted, _ = self.padded(labels)
        taken = logits.gather(2, wanted[:, :, None])[:, :, 0] - logits.logsumexp(2)
        return [row[skip : len(label)] for row, label in zip(taken.tolist(), labels, strict=True)]

    def decode(self, outputs: Sequence[Sequence[int]]) -> list[str]:
        """The texts of token ids."""
        return [
            text.strip()
            for text in self.tokenizer.batch_decode(
                list(outputs), skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        ]

    def free_memory(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def window(config: Any, tokenizer: Any) -> int:
    """The most source tokens that the model was made for."""
    limits = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    known = [int(limit) for limit in limits if limit and limit < 1_000_000]
    return min(known) if known else 1024
