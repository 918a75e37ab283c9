"""The round trip: does a reading model answer the generated question with the same words?

As in Alberti et al. (2019, "Synthetic QA Corpora Generation with Roundtrip Consistency"): a
question is kept if an extractive question-answering model finds its answer again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from projector.errors import EngineError, first_line
from projector.models.hub import model_folder

MAX_ANSWER_TOKENS = 30


def token_f1(found: str, wanted: str) -> float:
    """SQuAD's token F1 of two answers, case-folded."""
    a, b = Counter(found.casefold().split()), Counter(wanted.casefold().split())
    common = sum((a & b).values())
    if not common:
        return float(a == b)
    return 2 * common / (a.total() + b.total())


class ReadingModel:
    """An extractive question-answering model from a local folder or the hub."""

    def __init__(self, model: str, *, device: str = "auto", batch: int = 16) -> None:
        self.model_name, self.device_name, self.batch = model, device, batch
        self._model: Any = None

    def _load(self) -> None:
        if self._model is not None:
            return
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        from projector.models.seq2seq import pick_device

        folder = model_folder(self.model_name, "qa_model")
        self.device = pick_device(self.device_name)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True)
        except Exception as error:
            raise EngineError(f"qa_model: {folder}: {first_line(error)}") from error
        if not self._tokenizer.is_fast:
            raise EngineError(f"qa_model: {folder}: found a slow tokeniser, wanted a fast one")
        self._model = model.to(self.device).eval()

    def agreement(self, asked: Sequence[tuple[str, str, str]]) -> list[float]:
        """Token F1 between the model's answer and the wanted one.

        Args:
            asked: ``(question, context, answer)``; contexts longer than the model's window are
                read in overlapping windows, and the best-scored answer counts.
        """
        self._load()
        scores: list[float] = []
        for start in range(0, len(asked), self.batch):
            rows = asked[start : start + self.batch]
            answers = self._answers([(q, c) for q, c, _ in rows])
            scores += [token_f1(a, w) for a, (_, _, w) in zip(answers, rows, strict=True)]
        return scores

    def _answers(self, rows: Sequence[tuple[str, str]]) -> list[str]:
        import torch

        window = min(
            int(getattr(self._model.config, "max_position_embeddings", 512)),
            int(self._tokenizer.model_max_length),
        )
        inputs = self._tokenizer(
            [q for q, _ in rows], [c for _, c in rows], truncation="only_second",
            max_length=window, stride=window // 4, return_overflowing_tokens=True,
            return_offsets_mapping=True, padding=True, return_tensors="pt",
        )  # fmt: skip
        owners = inputs.pop("overflow_to_sample_mapping").tolist()
        offsets = inputs.pop("offset_mapping").tolist()
        parts = [inputs.sequence_ids(n) for n in range(len(owners))]
        with torch.inference_mode():
            out = self._model(**{k: v.to(self.device) for k, v in inputs.items()})
        best: list[tuple[float, str]] = [(float("-inf"), "")] * len(rows)
        for n, owner in enumerate(owners):
            in_context = torch.tensor([p == 1 for p in parts[n]])
            first = out.start_logits[n].cpu().masked_fill(~in_context, float("-inf"))
            last = out.end_logits[n].cpu().masked_fill(~in_context, float("-inf"))
            pairs = first[:, None] + last[None, :]
            allowed = torch.ones_like(pairs).triu().tril(MAX_ANSWER_TOKENS - 1).bool()
            pairs = pairs.masked_fill(~allowed, float("-inf"))
            place = int(pairs.argmax())
            a, b = divmod(place, pairs.shape[1])
            score = float(pairs[a, b])
            if score > best[owner][0]:
                text = rows[owner][1][offsets[n][a][0] : offsets[n][b][1]]
                best[owner] = (score, text)
        return [text for _, text in best]
