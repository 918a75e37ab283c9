"""Greedy, sampled and beam decoding of a batch over one key-value cache.

The results are those of ``model.generate`` (tested token for token), got with less work: a
sentence that is done leaves the batch, the encoder's keys are computed once for a sentence and not
once for a beam, and they are not copied when beams change places. The same `Stepper` drives the
lexically constrained search (`huggingface_constraints`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import torch
from msgspec import Struct
from transformers import NoRepeatNGramLogitsProcessor, RepetitionPenaltyLogitsProcessor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from projector.models.families import Plan
from projector.models.seq2seq import Seq2Seq

NEVER = -1.0e9


class Decoding(Struct, frozen=True, kw_only=True):
    """How to decode. ``sample`` draws from the model, the rest is beam search (1: greedy)."""

    beam: int = 4
    length_penalty: float = 1.0
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    early_stopping: bool = False
    sample: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0


class Output(Struct, frozen=True):
    """One decoded sentence: its ids without first and last special tokens.

    ``score`` is the mean log-probability of a token, the end token counted; ``finished`` is False
    when the limit came before the end token; ``met`` says which constraints hold.
    """

    ids: list[int]
    score: float
    finished: bool
    met: list[bool] | None = None


class Stepper:
    """The decoder's rows in flight: feeds one token to each and gives the next log-probabilities.

    Rows belong to sentences; `select` says which old row each new row goes on from.
    """

    def __init__(self, model: Seq2Seq, rows: Sequence[Sequence[int]], plan: Plan) -> None:
        self.model = model
        ids, self.mask = model.padded(rows)
        encoder = model.model.get_encoder()
        self.encoded = encoder(input_ids=ids, attention_mask=self.mask, return_dict=True)
        self.cache: Any = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self.owner = torch.arange(len(rows), device=ids.device)
        first = [plan.start_id, *plan.forced_ids]
        self.prompt = torch.tensor([first] * len(rows), device=ids.device)

    def start(self) -> torch.Tensor:
        """Logits (sentences, vocabulary) after the decoder's first tokens."""
        return self.step(self.prompt)

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Feed tokens (rows, 1 or more); logits (rows, vocabulary) for the next place."""
        out = self.model.model(
            encoder_outputs=self.encoded,
            attention_mask=self.mask,
            decoder_input_ids=tokens,
            past_key_values=self.cache,
            use_cache=True,
            return_dict=True,
        )
        self.cache = out.past_key_values
        return out.logits[:, -1, :].float()

    def select(self, parents: torch.Tensor) -> None:
        """The new rows in terms of the old ones."""
        if len(parents) == len(self.owner) and bool(
            (parents == torch.arange(len(parents), device=parents.device)).all()
        ):
            return
        self.cache.self_attention_cache.batch_select_indices(parents)
        owner = self.owner[parents]
        if not torch.equal(owner, self.owner):
            self.cache.cross_attention_cache.batch_select_indices(parents)
            self.mask = self.mask[parents]
            self.encoded.last_hidden_state = self.encoded.last_hidden_state[parents]
        self.owner = owner


class Shaper:
    """Changes to the scores before a choice: tokens never to be made, repetitions."""

    def __init__(self, model: Seq2Seq, options: Decoding) -> None:
        self.never = torch.tensor(sorted(never_made(model)), dtype=torch.long, device=model.device)
        self.processors: list[Any] = []
        if options.repetition_penalty != 1:
            self.processors.append(RepetitionPenaltyLogitsProcessor(options.repetition_penalty))
        if options.no_repeat_ngram:
            self.processors.append(NoRepeatNGramLogitsProcessor(options.no_repeat_ngram))

    def __call__(self, so_far: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Shaped scores (rows, vocabulary); changes ``scores`` in place where it can."""
        for processor in self.processors:
            scores = processor(so_far, scores)
        if len(self.never):
            scores[:, self.never] = -torch.inf
        return scores

    def log_probs(self, so_far: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of the next token, shaped."""
        return self(so_far, logits.log_softmax(1))


def best_of_rows(
    scores: torch.Tensor, count: int, block: int = 128
) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``count`` best of each row and their places, (rows, count) each.

    As ``topk``, but it first looks at the best of each block of the vocabulary: the best tokens
    can only stand in the best blocks.
    """
    rows, size = scores.shape
    count = min(count, size)
    whole = size // block * block
    if whole < 8 * block * count:
        found = scores.topk(count, dim=1)
        return found.values, found.indices
    blocks = scores[:, :whole].unflatten(1, (-1, block))
    chosen = blocks.amax(2).topk(count, dim=1).indices
    near = blocks.gather(1, chosen[:, :, None].expand(-1, -1, block)).flatten(1)
    places = (chosen[:, :, None] * block + torch.arange(block, device=scores.device)).flatten(1)
    if whole < size:  # the rest of the vocabulary that fills no block
        near = torch.cat([near, scores[:, whole:]], 1)
        rest = torch.arange(whole, size, device=scores.device).expand(rows, -1)
        places = torch.cat([places, rest], 1)
    values, at = near.topk(count, dim=1)
    return values, places.gather(1, at)


def never_made(model: Seq2Seq) -> set[int]:
    """Tokens that no translation may contain: padding, and what the model's own settings ban."""
    banned = {model.pad_id} - set(model.eos_ids)
    settings = model.model.generation_config
    for words in settings.bad_words_ids or ():
        if len(words) == 1:
            banned.add(words[0])
    return banned | set(settings.suppress_tokens or ())


@torch.inference_mode()
def search(
    model: Seq2Seq,
    rows: Sequence[Sequence[int]],
    plan: Plan,
    options: Decoding,
    limits: Sequence[int],
    keys: Sequence[str] = (),
) -> list[Output]:
    """Decode a batch.

    Args:
        rows: token ids of each sentence, as `families.encode` gives them.
        limits: the most target tokens of each.
        keys: the texts; a sampled translation depends on its own text and the seed, not on the
            sentences that happen to share its batch.
    """
    if options.sample or options.beam == 1:
        return _greedy(model, rows, plan, options, limits, keys)
    return _beams(model, rows, plan, options, limits)


def _greedy(
    model: Seq2Seq,
    rows: Sequence[Sequence[int]],
    plan: Plan,
    options: Decoding,
    limits: Sequence[int],
    keys: Sequence[str],
) -> list[Output]:
    stepper, shaper = Stepper(model, rows, plan), Shaper(model, options)
    draw = Sampler(options, keys) if options.sample else None
    ends = torch.tensor(model.eos_ids, device=model.device)
    made: list[list[int]] = [[] for _ in rows]
    totals = [0.0] * len(rows)
    finished = [False] * len(rows)
    living = list(range(len(rows)))
    so_far = stepper.prompt
    logits = stepper.start()
    while True:
        scores = shaper(so_far, logits)
        tokens = (draw.perturbed(scores, living) if draw else scores).argmax(1)
        taken = scores.log_softmax(1).gather(1, tokens[:, None])[:, 0]
        ended = torch.isin(tokens, ends).tolist()
        keep = []
        for place, (n, token, lp) in enumerate(
            zip(living, tokens.tolist(), taken.tolist(), strict=True)
        ):
            totals[n] += lp
            if ended[place]:
                finished[n] = True
                continue
            made[n].append(token)
            if len(made[n]) < limits[n]:
                keep.append(place)
        if not keep:
            break
        living = [living[place] for place in keep]
        chosen = torch.tensor(keep, device=model.device)
        stepper.select(chosen)
        tokens = tokens[chosen][:, None]
        so_far = torch.cat([so_far[chosen], tokens], 1)
        logits = stepper.step(tokens)
    return [
        Output(ids, total / max(1, len(ids) + done), done)
        for ids, total, done in zip(made, totals, finished, strict=True)
    ]


class Sampler:
    """Draws by the Gumbel-max trick, one random stream for each text.

    Adding Gumbel noise and taking the best token is an exact draw from the distribution that is
    left after temperature, top-k and top-p.
    """

    def __init__(self, options: Decoding, keys: Sequence[str]) -> None:
        self.options = options
        self.streams = []
        for key in keys:
            digest = hashlib.sha256(f"{options.seed}\0{key}".encode()).digest()
            stream = torch.Generator()
            stream.manual_seed(int.from_bytes(digest[:8], "big") >> 1)
            self.streams.append(stream)

    def perturbed(self, scores: torch.Tensor, living: Sequence[int]) -> torch.Tensor:
        """Noisy scores (rows, vocabulary) whose best token is the draw."""
        options = self.options
        kept = scores / options.temperature
        if options.top_k:
            least = kept.topk(min(options.top_k, kept.shape[1]), dim=1).values[:, -1:]
            kept = kept.masked_fill(kept < least, -torch.inf)
        if options.top_p < 1:
            ordered, places = kept.sort(dim=1, descending=True)
            shares = ordered.softmax(1)
            late = shares.cumsum(1) - shares >= options.top_p
            kept = kept.masked_fill(torch.zeros_like(late).scatter(1, places, late), -torch.inf)
        uniform = torch.stack(
            [torch.rand(kept.shape[1], generator=self.streams[n]) for n in living]
        )
        noise = -torch.log(-torch.log(uniform.clamp(1e-12, 1 - 1e-7)))
        return kept + noise.to(kept.device)


class Finished:
    """The best ended hypotheses of one sentence."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.best: list[tuple[float, float, list[int]]] = []  # normalised, sum, ids

    def add(self, normalised: float, total: float, ids: list[int]) -> None:
        self.best.append((normalised, total, ids))
        self.best.sort(key=lambda entry: -entry[0])
        del self.best[self.size :]

    @property
    def full(self) -> bool:
        return len(self.best) >= self.size


def _beams(
    model: Seq2Seq,
    rows: Sequence[Sequence[int]],
    plan: Plan,
    options: Decoding,
    limits: Sequence[int],
) -> list[Output]:
    stepper, shaper = Stepper(model, rows, plan), Shaper(model, options)
    beam, device = options.beam, model.device
    ends = torch.tensor(model.eos_ids, device=device)
    keep = max(2, 1 + len(model.eos_ids)) * beam
    forced = len(plan.forced_ids)
    pools = [Finished(beam) for _ in rows]
    outputs: list[Output | None] = [None] * len(rows)
    living = list(range(len(rows)))
    # One row for each sentence at first; from then on `beam` rows, best first.
    prompt = stepper.prompt
    made = prompt[:, None, prompt.shape[1] :]
    totals = torch.zeros(len(rows), 1, device=device)
    logits = stepper.start()
    length = 0
    while living:
        length += 1
        width = totals.shape[1]
        flat = made.reshape(len(living) * width, -1)
        so_far = torch.cat([prompt[:1].expand(len(flat), -1), flat], 1)
        # The best continuations of all beams are among the best of each.
        own, tokens = best_of_rows(shaper.log_probs(so_far, logits), keep)
        own = own.view(len(living), width, -1) + totals[:, :, None]
        best, places = own.flatten(1).topk(min(keep, own[0].numel()), dim=1)
        parents = places // own.shape[2]
        tokens = tokens.view(len(living), -1).gather(1, places)
        ended = torch.isin(tokens, ends)
        _collect(pools, living, made, best, parents, ended, beam, (length + forced), options)
        order = (best + ended * NEVER).topk(min(beam, best.shape[1]), dim=1)
        totals = order.values
        parents, tokens = parents.gather(1, order.indices), tokens.gather(1, order.indices)
        top = totals[:, 0].tolist()
        stay = []
        for place, n in enumerate(living):
            hopeful = top[place] > NEVER / 2 and length < limits[n]
            if hopeful and not _settled(
                pools[n], top[place], length + forced, limits[n] + forced, options
            ):
                stay.append(place)
                continue
            if pools[n].best:
                _, total, ids = pools[n].best[0]
                outputs[n] = Output(ids, total / (len(ids) + 1), True)
            else:
                ids = [*made[place, parents[place, 0]].tolist(), int(tokens[place, 0])]
                outputs[n] = Output(ids, top[place] / len(ids), False)
        if not stay:
            break
        chosen = torch.tensor(stay, device=device)
        living = [living[place] for place in stay]
        totals, parents, tokens = totals[chosen], parents[chosen], tokens[chosen]
        made = torch.cat(
            [made[chosen[:, None], parents], tokens[:, :, None]], 2
        )  # (sentences, beams, length)
        stepper.select((chosen[:, None] * width + parents).view(-1))
        logits = stepper.step(tokens.reshape(-1, 1))
    return [output for output in outputs if output is not None]


def _collect(
    pools: list[Finished],
    living: list[int],
    made: torch.Tensor,
    best: torch.Tensor,
    parents: torch.Tensor,
    ended: torch.Tensor,
    beam: int,
    length: int,
    options: Decoding,
) -> None:
    """Hypotheses among the best ``beam`` that have just ended go to their sentence's pool."""
    for place, rank in (ended[:, :beam] & (best[:, :beam] > NEVER / 2)).nonzero().tolist():
        pool, total = pools[living[place]], float(best[place, rank])
        if options.early_stopping and pool.full:
            continue
        ids = made[place, int(parents[place, rank])].tolist()
        pool.add(total / length**options.length_penalty, total, ids)


def _settled(pool: Finished, top: float, length: int, limit: int, options: Decoding) -> bool:
    """Whether the running beams can no longer better the best that has ended.

    Two reasons: no beam could, if all of its further tokens up to the limit were free (exact); or
    the pool is full and none does at its present length (as transformers judges it).
    """
    power = options.length_penalty
    if pool.best and power >= 0 and top / limit**power <= pool.best[0][0]:
        return True
    if not pool.full:
        return False
    return options.early_stopping or top / length**power <= pool.best[-1][0]
