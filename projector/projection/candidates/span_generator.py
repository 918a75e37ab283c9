"""Candidate spans from a text-to-text model trained on labelled sentences (T-Projection's step 1).

Used by `candidates` where the user has such a model. It reads the target sentence followed by an
empty slot for each label that the source has, and writes the slots filled in; its n best outputs
are the candidates.
"""

from __future__ import annotations

from collections.abc import Sequence

from projector.engines import engine_class
from projector.models.batching import in_batches
from projector.records import Pair
from projector.text.label_slots import by_label, prompt


class SpanGenerator:
    """The model with its prompt.

    Args:
        model: folder of the model.
        hypotheses: how many outputs of each sentence are read.
        device: as for ``hf``.
    """

    def __init__(self, model: str, hypotheses: int = 15, device: str = "auto") -> None:
        # Loading, devices and batches are the translator's; the languages are not used.
        self.engine = engine_class("translators", "hf")(model, device=device)
        self.hypotheses = hypotheses

    def candidates(self, pairs: Sequence[Pair]) -> list[dict[str, list[str]]]:
        """For each pair, surfaces of target candidates by label, best first."""
        seq2seq = self.engine.seq2seq
        prompts = [prompt(p.target.text, (s.label for s in p.source.spans)) for p in pairs]
        rows = seq2seq.tokenizer(prompts, truncation=True, max_length=seq2seq.window)["input_ids"]

        def run(places: list[int]) -> list[list[str]]:
            import torch

            ids, mask = seq2seq.padded([rows[n] for n in places])
            with torch.inference_mode():
                out = seq2seq.model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    num_beams=self.hypotheses,
                    num_return_sequences=self.hypotheses,
                    max_new_tokens=max(16, min(seq2seq.window, ids.shape[1])) - 2,
                )
            # Slots are special tokens in some models: decode them as text.
            texts = seq2seq.tokenizer.batch_decode(out, skip_special_tokens=False)
            size = self.hypotheses
            return [texts[n * size : (n + 1) * size] for n in range(len(places))]

        budget = 4096 if seq2seq.device == "cpu" else 32768
        lengths = [len(row) for row in rows]
        outputs = in_batches(lengths, budget, run, width=self.hypotheses, free=seq2seq.free_memory)
        return [
            by_label(texts, pair.target.text) for texts, pair in zip(outputs, pairs, strict=True)
        ]

    def close(self) -> None:
        """Free the model."""
        self.engine.close()
