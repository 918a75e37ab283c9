"""A Hugging Face encoder-decoder as a `TranslationModel`.

Scores share work: the encoder runs once for each source, and a target that is the beginning of
another one costs nothing, since one pass over the longest gives the scores of all its beginnings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers.modeling_outputs import BaseModelOutput

from projector.models.batching import in_batches
from projector.models.decoding import Stepper
from projector.models.families import Plan, encode, encode_target
from projector.models.seq2seq import Seq2Seq
from projector.models.translation_model import Floats, TextPair


class HuggingFaceModel:
    """See `TranslationModel`.

    Args:
        seq2seq: the loaded model.
        plan: how it is told the languages.
        batch_tokens: tokens in a batch when it scores (0: by device).
    """

    def __init__(self, seq2seq: Seq2Seq, plan: Plan, batch_tokens: int = 0) -> None:
        self.seq2seq = seq2seq
        self.plan = plan
        self.batch_tokens = batch_tokens or (4096 if seq2seq.device == "cpu" else 32768)
        self.window = seq2seq.window
        self.end = seq2seq.eos_ids[0]

    def source_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `TranslationModel`."""
        return encode(self.seq2seq.tokenizer, self.plan, list(texts)) if texts else []

    def target_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `TranslationModel`."""
        return encode_target(self.seq2seq.tokenizer, self.plan, list(texts)) if texts else []

    def spellings(self, ids: Sequence[int]) -> list[str]:
        """See `TranslationModel`."""
        pieces = self.seq2seq.tokenizer.convert_ids_to_tokens(list(ids))
        return [str(piece).replace("▁", "") for piece in pieces]

    def begin(self, sources: Sequence[Sequence[int]]) -> HuggingFaceHypotheses:
        """See `TranslationModel`."""
        with torch.inference_mode():
            return HuggingFaceHypotheses(Stepper(self.seq2seq, sources, self.plan))

    def mean_scores(self, pairs: Sequence[TextPair]) -> list[float]:
        """See `TranslationModel`."""
        if not pairs:
            return []
        texts = {text: n for n, text in enumerate(dict.fromkeys(a for a, _ in pairs))}
        targets = self.target_ids([b for _, b in pairs])
        jobs = [(texts[a], tuple(ids)) for (a, _), ids in zip(pairs, targets, strict=True)]
        sources = self.source_ids(list(texts))
        return shared_scores(self.seq2seq, self.plan, sources, jobs, self.batch_tokens)


class HuggingFaceHypotheses:
    """See `Hypotheses`."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self._scores = stepper.start().log_softmax(1)

    def step(self, tokens: Sequence[int]) -> None:
        """See `Hypotheses`."""
        given = torch.tensor(tokens, device=self._scores.device)[:, None]
        with torch.inference_mode():
            self._scores = self._stepper.step(given).log_softmax(1)

    def select(self, parents: Sequence[int]) -> None:
        """See `Hypotheses`."""
        with torch.inference_mode():
            self._stepper.select(torch.tensor(parents, device=self._scores.device))

    def log_probabilities(self, rows: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """See `Hypotheses`."""
        taken: list[float] = self._scores[list(rows), list(tokens)].tolist()
        return taken

    def distributions(self) -> Floats:
        """See `Hypotheses`."""
        scores: Floats = self._scores.cpu().numpy()
        return scores

    def seen(self, row: int) -> Floats:
        """See `Hypotheses`; no heads are followed."""
        return np.empty((0, 0), np.float32)


class Longest:
    """Of many targets of one source, those that are no beginning of another, and who is whose."""

    def __init__(self, jobs: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        self.rows: list[tuple[int, tuple[int, ...]]] = []
        self.row_of: dict[tuple[int, tuple[int, ...]], int] = {}
        # In this order a sequence stands right behind all sequences that it begins with.
        for job in sorted(set(jobs), reverse=True):
            source, ids = job
            last = self.rows[-1] if self.rows else None
            if last is None or last[0] != source or last[1][: len(ids)] != ids:
                self.rows.append(job)
            self.row_of[job] = len(self.rows) - 1


def shared_scores(
    seq2seq: Seq2Seq,
    settings: Plan,
    sources: Sequence[Sequence[int]],
    jobs: Sequence[tuple[int, tuple[int, ...]]],
    budget: int,
) -> list[float]:
    """Mean log-probability of a token, end included, of each job's target.

    Args:
        sources: encoder ids.
        jobs: which source, and the target's ids without special tokens.
        budget: tokens in a batch, padding counted.
    """
    longest = Longest(jobs)

    def encoder(places: list[int]) -> list[Any]:
        ids, mask = seq2seq.padded([sources[n] for n in places])
        with torch.inference_mode():
            out = seq2seq.model.get_encoder()(input_ids=ids, attention_mask=mask)
        return [out.last_hidden_state[k, : len(sources[n])] for k, n in enumerate(places)]

    states = in_batches([len(row) for row in sources], budget, encoder, free=seq2seq.free_memory)
    start = [settings.start_id, *settings.forced_ids]
    skip, end = len(settings.forced_ids), seq2seq.eos_ids[0]

    def decoder(places: list[int]) -> list[tuple[list[float], list[float]]]:
        """Of each row the log-probabilities of its tokens, and of ending before each of them."""
        chosen = [longest.rows[n] for n in places]
        encoded = torch.nn.utils.rnn.pad_sequence([states[n] for n, _ in chosen], batch_first=True)
        mask = torch.zeros(encoded.shape[:2], dtype=torch.long, device=encoded.device)
        for k, (n, _) in enumerate(chosen):
            mask[k, : len(sources[n])] = 1
        given, _ = seq2seq.padded([[*start, *ids] for _, ids in chosen])
        wanted, _ = seq2seq.padded([[*ids, end] for _, ids in chosen])
        with torch.inference_mode():
            logits = (
                seq2seq.model(
                    encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
                    attention_mask=mask,
                    decoder_input_ids=given,
                    use_cache=False,
                )
                .logits[:, skip:]
                .float()
            )
            total = logits.logsumexp(2)
            tokens = logits.gather(2, wanted[:, :, None])[:, :, 0] - total
            ends = logits[:, :, end] - total
        return list(zip(tokens.tolist(), ends.tolist(), strict=True))

    lengths = [len(sources[n]) + len(ids) for n, ids in longest.rows]
    found = in_batches(lengths, budget, decoder, free=seq2seq.free_memory)
    scores = []
    for job in jobs:
        tokens, ends = found[longest.row_of[job]]
        size = len(job[1])
        scores.append((math.fsum(tokens[:size]) + ends[size]) / (size + 1))
    return scores
