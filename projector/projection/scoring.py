"""How likely a translation model finds given translations, in both directions.

Used by `candidates` and `constrained`. The measure of `TranslationScorer.similarity` is NMTScore's
"direct" one (Vamvas & Sennrich 2022), with natural probabilities. Equal pairs are scored once;
with ``hf`` the encoder runs once for each source, and a target that is the beginning of another
one costs nothing: one pass over the longest gives the scores of all its beginnings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from projector.engines import engine_class
from projector.errors import UsageError, near_miss
from projector.models.batching import in_batches
from projector.models.families import Plan, encode, encode_target

if TYPE_CHECKING:
    from projector.models.seq2seq import Seq2Seq

ENGINES = ("hf", "ctranslate2")
# Families that can also be asked to "translate" a language into itself.
BOTH_WAYS = {"nllb", "m2m100", "mbart", "madlad"}

TextPair = tuple[str, str]


class TranslationScorer:
    """Scores of given translations by one model, or by one for each direction.

    Args:
        model: folder or hub name of a sequence-to-sequence translation model.
        engine: ``hf`` or ``ctranslate2``.
        reverse: a model for the other direction, where ``model`` does not have it.
        normalise: divide by the probability of copying, as NMTScore does; ``auto``: where the
            model is one between many languages.
        options: of the engine.

    Raises:
        UsageError: no model, another engine, a language that the model does not have.
        EngineError: the model cannot be found or loaded.
    """

    def __init__(
        self,
        model: str,
        *,
        engine: str = "hf",
        reverse: str = "",
        normalise: Literal["auto", "always", "never"] = "auto",
        options: dict[str, Any] | None = None,
    ) -> None:
        if engine not in ENGINES:
            raise UsageError(f"no scorer is called {engine!r}" + near_miss(engine, ENGINES))
        make = engine_class("translators", engine)
        self.forward: Any = make(model, **(options or {}))
        self.backward: Any = make(reverse, **(options or {})) if reverse else self.forward
        self.normalise = normalise

    @property
    def version(self) -> str:
        return str(self.forward.version)

    def directions(self, source: str, target: str) -> list[bool]:
        """Which ways can be scored: False is source to target, True is back.

        Raises:
            UsageError: the model does not translate from source to target.
        """
        self.forward.plan(source, target)
        try:
            self.backward.plan(target, source)
        except UsageError:
            return [False]
        return [False, True]

    def log_probabilities(
        self, pairs: Sequence[TextPair], source: str, target: str, back: bool = False
    ) -> list[float]:
        """Mean log-probability of a token (end included) of each pair's second text, given its
        first; ``back`` scores the first given the second, with the model for that direction.
        """
        model = self.backward if back else self.forward
        ordered = [(b, a) for a, b in pairs] if back else list(pairs)
        if back:
            source, target = target, source
        places = {pair: n for n, pair in enumerate(dict.fromkeys(ordered))}
        scores = mean_scores(model, list(places), source, target)
        return [scores[places[pair]] for pair in ordered]

    def similarity(self, pairs: Sequence[TextPair], source: str, target: str) -> list[float]:
        """How well the two texts of each pair translate each other, in (0, 1]."""
        ways = self.directions(source, target)
        totals = [0.0] * len(pairs)
        for back in ways:
            model = self.backward if back else self.forward
            to = source if back else target
            scores = self.log_probabilities(pairs, source, target, back)
            copies = [0.0] * len(pairs)
            if self._normalises(model, to):
                texts = [(pair[0], pair[0]) if back else (pair[1], pair[1]) for pair in pairs]
                unique = list(dict.fromkeys(texts))
                by_text = dict(zip(unique, mean_scores(model, unique, to, to), strict=True))
                copies = [by_text[text] for text in texts]
            for n, (score, copy) in enumerate(zip(scores, copies, strict=True)):
                totals[n] += math.exp(min(0.0, score - copy)) / len(ways)
        return totals

    def _normalises(self, model: Any, lang: str) -> bool:
        if self.normalise == "never":
            return False
        try:
            family = model.plan(lang, lang).family
        except UsageError:
            if self.normalise == "always":
                raise
            return False
        return self.normalise == "always" or family in BOTH_WAYS

    def close(self) -> None:
        """Free the models."""
        self.forward.close()
        self.backward.close()


def mean_scores(model: Any, pairs: Sequence[TextPair], source: str, target: str) -> list[float]:
    """Mean token log-probabilities of translations by an ``hf`` or ``ctranslate2`` engine."""
    if not pairs:
        return []
    if model.name != "hf":
        found: list[float] = model.score(
            [a for a, _ in pairs], [b for _, b in pairs], source, target
        )
        return found
    settings = model.plan(source, target)
    seq2seq = model.seq2seq
    texts = {text: n for n, text in enumerate(dict.fromkeys(a for a, _ in pairs))}
    rows = encode(seq2seq.tokenizer, settings, list(texts))
    targets = encode_target(seq2seq.tokenizer, settings, [b for _, b in pairs])
    jobs = [(texts[a], tuple(ids)) for (a, _), ids in zip(pairs, targets, strict=True)]
    return shared_scores(seq2seq, settings, rows, jobs, model.options.batch_tokens)


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
    batch_tokens: int = 0,
) -> list[float]:
    """Mean log-probability of a token, end included, of each job's target.

    Args:
        sources: encoder ids.
        jobs: which source, and the target's ids without special tokens.
    """
    import torch
    from transformers.modeling_outputs import BaseModelOutput

    budget = batch_tokens or (4096 if seq2seq.device == "cpu" else 32768)
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
