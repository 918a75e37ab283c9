"""Beam search that must use given phrases, for any encoder-decoder with a key-value cache.

Dynamic beam allocation (Post & Vilar 2018): hypotheses are banked by how many tokens of the
constraints they hold, and the beam is shared among the banks, so that hypotheses which pay for a
constraint now are not driven out by those that put it off. Everything is done for the whole
batch at once with sorts and gathers (Hu et al. 2019). Phrases may come in any order, each may have
alternatives, and what is begun, overlaps or is abandoned is followed by an automaton
(`phrase_automaton`). A sentence whose free translation already holds its phrases keeps that
translation; only the others are searched again.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from projector.models.automaton_batch import AutomatonBatch
from projector.models.decoding import (
    NEVER,
    Decoding,
    Finished,
    Output,
    Shaper,
    Stepper,
    best_of_rows,
    never_made,
    search,
)
from projector.models.families import Plan
from projector.models.phrase_automaton import Automaton, Phrase
from projector.models.seq2seq import Seq2Seq

WIDEST = 24  # beams that a sentence with many constraints may get
SLACK = 4  # how many tokens a translation is longer at most than the free one and its constraints


@torch.inference_mode()
def constrained_search(
    model: Seq2Seq,
    rows: Sequence[Sequence[int]],
    constraints: Sequence[Sequence[Sequence[Phrase]]],
    plan: Plan,
    options: Decoding,
    limits: Sequence[int],
    *,
    free: Sequence[Output] | None = None,
    spaced: bool = True,
) -> list[Output]:
    """Decode a batch under lexical constraints.

    Args:
        rows: token ids of each sentence.
        constraints: for each sentence its constraints, for each of these the alternatives, as
            token ids. Alternatives with tokens that the model never makes are left out.
        limits: the most target tokens of each (the constraints' own tokens come on top).
        free: the translations without constraints, where they are there already.
        spaced: the target language puts spaces between words.

    Returns:
        The best translation of each sentence that holds all constraints that can be met; ``met``
        says which do hold. Where even the limit is too short for that, the free translation.
    """
    banned = never_made(model) | set(model.eos_ids) | {model.tokenizer.unk_token_id}
    automata = [
        Automaton([[p for p in phrases if p and not banned & set(p)] for phrases in sentence])
        for sentence in constraints
    ]
    begins = word_starts(model)
    if not spaced:
        begins = torch.ones_like(begins)
    starts: list[bool] = begins.tolist()
    if free is None:
        free = search(model, rows, plan, options, limits)
    outputs = []
    again = []
    for n, (output, automaton) in enumerate(zip(free, automata, strict=True)):
        met = bits_met(output.ids, automaton, starts)
        outputs.append(_with_met(output, met, automaton))
        if not output.finished or met & automaton.goal != automaton.goal:
            again.append(n)
    if again:
        found = _allocated(
            model, [rows[n] for n in again], [automata[n] for n in again], plan, options,
            [limits[n] + sum(automata[n].weights) for n in again],
            [len(free[n].ids) + sum(automata[n].weights) + SLACK for n in again], begins,
        )  # fmt: skip
        for n, output in zip(again, found, strict=True):
            if output is not None:
                met = bits_met(output.ids, automata[n], starts)
                outputs[n] = _with_met(output, met, automata[n])
    return outputs


def bits_met(ids: Sequence[int], automaton: Automaton, begins: Sequence[bool]) -> int:
    """The constraints that a finished translation holds."""
    state, met = 0, 0
    for token in ids:
        state, met = automaton.advance(state, met, token, begins[token])
    return met | automaton.nodes[state].ends


def _with_met(output: Output, met: int, automaton: Automaton) -> Output:
    flags = [bool(met >> bit & 1) for bit in range(len(automaton.weights))]
    return Output(output.ids, output.score, output.finished, flags)


def word_starts(model: Seq2Seq) -> torch.Tensor:
    """For each token whether a word that stands before it is over: (vocabulary,) of bool.

    Told by the marks that tokenisers put before words; where a vocabulary has none, every token
    is taken to begin one.
    """
    cached = getattr(model, "_word_starts", None)
    if cached is not None:
        return cached
    size = model.model.get_output_embeddings().weight.shape[0]
    known = {n: token for token, n in model.tokenizer.get_vocab().items()}
    tokens = [known.get(n, "") for n in range(size)]
    marks = [mark for mark in ("▁", "Ġ") if sum(t.startswith(mark) for t in tokens) > size // 50]
    flags = [
        not marks or not token or token.startswith(tuple(marks)) or not token[0].isalnum()
        for token in tokens
    ]
    flags = [flag or n in model.eos_ids for n, flag in enumerate(flags)]
    model._word_starts = torch.tensor(flags, device=model.device)  # type: ignore[attr-defined]
    return model._word_starts  # type: ignore[attr-defined]


def _allocated(
    model: Seq2Seq,
    rows: Sequence[Sequence[int]],
    automata: Sequence[Automaton],
    plan: Plan,
    options: Decoding,
    limits: Sequence[int],
    horizons: Sequence[int],
    begins: torch.Tensor,
) -> list[Output | None]:
    """The search itself; None where no hypothesis with all constraints ended in time.

    Once something has ended, nothing longer than the sentence's horizon is waited for.
    """
    stepper, shaper = Stepper(model, rows, plan), Shaper(model, options)
    tables = AutomatonBatch(automata, model.device)
    device, forced = model.device, len(plan.forced_ids)
    banks = max(sum(a.weights) for a in automata) + 1
    beam = max(options.beam, min(WIDEST, banks))
    ends = torch.tensor(model.eos_ids, device=device)
    pools = [Finished(max(1, options.beam)) for _ in rows]
    living = list(range(len(rows)))
    made = torch.zeros(len(rows), 1, 0, dtype=torch.long, device=device)
    totals = torch.zeros(len(rows), 1, device=device)
    states = torch.zeros(len(rows), 1, dtype=torch.long, device=device)
    met = torch.zeros(len(rows), 1, dtype=torch.long, device=device)
    prompt = stepper.prompt[:1]
    logits = stepper.start()
    length = 0
    while living:
        length += 1
        width = totals.shape[1]
        flat = made.reshape(len(living) * width, -1)
        so_far = torch.cat([prompt.expand(len(flat), -1), flat], 1)
        log_probs = shaper.log_probs(so_far, logits).view(len(living), width, -1)
        # A translation may end only where all constraints that can be met are.
        whole = (met | tables.pending(states)) & tables.goals[:, None] == tables.goals[:, None]
        log_probs[:, :, ends] = log_probs[:, :, ends].masked_fill(~whole[:, :, None], NEVER)
        step = _Candidates(log_probs, totals, states, met, tables, begins, ends, beam)
        order = step.order
        # Ended ones among the first `beam` are done; the first `beam` others go on.
        for place, rank in (step.ended[:, :beam] & step.valid[:, :beam]).nonzero().tolist():
            n, total = living[place], float(step.scores[place, rank])
            ids = made[place, int(step.parents[place, rank])].tolist()
            pools[n].add(total / (length + forced) ** options.length_penalty, total, ids)
        _end_at_limit(pools, living, made, log_probs, totals, whole, ends, length, limits)
        going = (~step.ended & step.valid).float()
        kept = (going * (order - torch.arange(order, device=device)))[:, :].topk(
            min(beam, order), dim=1
        )
        alive = kept.values > 0
        parents, tokens = step.parents.gather(1, kept.indices), step.tokens.gather(1, kept.indices)
        totals = step.scores.gather(1, kept.indices).masked_fill(~alive, 2 * NEVER)
        states, met = step.states.gather(1, kept.indices), step.met.gather(1, kept.indices)
        best = totals.max(1).values.tolist()
        stay = [
            place
            for place, n in enumerate(living)
            if length < (horizons[n] if pools[n].best else limits[n])
            and best[place] > NEVER
            and not _settled(pools[n], best[place], length + forced, options)
        ]
        if not stay:
            break
        chosen = torch.tensor(stay, device=device)
        living = [living[place] for place in stay]
        parents, tokens, totals = parents[chosen], tokens[chosen], totals[chosen]
        states, met = states[chosen], met[chosen]
        made = torch.cat([made[chosen[:, None], parents], tokens[:, :, None]], 2)
        tables.select(chosen)
        stepper.select((chosen[:, None] * width + parents).view(-1))
        logits = stepper.step(tokens.reshape(-1, 1))
    return [
        Output(pool.best[0][2], pool.best[0][1] / (len(pool.best[0][2]) + 1), True)
        if pool.best
        else None
        for pool in pools
    ]


class _Candidates:
    """The continuations of one step, best allocation first.

    Attributes, each (sentences, order): ``scores``, ``parents`` (beam), ``tokens``, ``states``,
    ``met``, ``ended``, ``valid`` (padding and repetitions are not).
    """

    def __init__(
        self,
        log_probs: torch.Tensor,
        totals: torch.Tensor,
        states: torch.Tensor,
        met: torch.Tensor,
        tables: AutomatonBatch,
        begins: torch.Tensor,
        ends: torch.Tensor,
        beam: int,
    ) -> None:
        width, vocabulary = log_probs.shape[1:]
        # (1) each beam's own best tokens: the best of all beams are among them;
        best = best_of_rows(log_probs.flatten(0, 1), beam + 1)[1].view(len(log_probs), width, -1)
        # (2) where a phrase is whole but not yet counted, the best token that begins a word;
        starting = best[:, :, :1].clone()
        waiting = tables.pending(states) & ~met & tables.goals[:, None] != 0
        if waiting.any():
            rows = log_probs[waiting].masked_fill(~begins, 2 * NEVER)
            starting[waiting] = rows.argmax(1, keepdim=True)
        # (3) every token that occurs in a constraint (those that gain nothing fall behind).
        letters = tables.letters[:, None, :].expand(-1, width, -1)
        tokens = torch.cat([best, starting, letters.clamp(min=0)], 2)
        parents = torch.arange(width, device=tokens.device)[None, :, None].expand_as(tokens)
        real = torch.cat([torch.ones_like(best), torch.ones_like(starting), letters >= 0], 2) > 0
        scores = log_probs.gather(2, tokens) + totals[:, :, None]
        real = real & (scores > NEVER / 2)
        tokens, parents = tokens.flatten(1), parents.flatten(1)
        scores, real = scores.flatten(1), real.flatten(1)
        # The same continuation got in two ways counts once: sort by name, drop neighbours.
        name = parents * vocabulary + tokens
        name = torch.where(real, name, -1)
        sorted_name, by_name = name.sort(dim=1, stable=True)
        new = torch.ones_like(real)
        new[:, 1:] = sorted_name[:, 1:] != sorted_name[:, :-1]
        real = real & torch.zeros_like(real).scatter(1, by_name, new)
        new_states, new_met = tables.advance(
            states.gather(1, parents), met.gather(1, parents), tokens, begins[tokens]
        )
        bank = tables.bank(new_states, new_met)
        # (3) again: a constraint's token that brings nothing further is no reason to keep it.
        forced = (
            torch.arange(tokens.shape[1], device=tokens.device)
            % (best.shape[2] + 1 + letters.shape[2])
            > best.shape[2]
        )
        before = tables.bank(states, met).gather(1, parents)
        real = real & ~(forced & (bank <= before))
        ended = torch.isin(tokens, ends)
        goal = tables.weights.sum(1, keepdim=True)
        bank = torch.where(ended, goal, bank)
        # Rank inside each bank by score; then all firsts, all seconds, ...: round-robin, the
        # fullest bank first, so the beam is shared out evenly and what a bank lacks goes to others.
        scores = scores.masked_fill(~real, 2 * NEVER)
        by_score = scores.argsort(dim=1, descending=True, stable=True)
        by_bank = bank.gather(1, by_score).argsort(dim=1, descending=True, stable=True)
        order = by_score.gather(1, by_bank)
        banks = bank.gather(1, order)
        place = torch.arange(order.shape[1], device=order.device).expand_as(order)
        first = torch.ones_like(real)
        first[:, 1:] = banks[:, 1:] != banks[:, :-1]
        start = torch.where(first, place, 0).cummax(1).values
        highest = int(goal.max()) + 1
        key = (place - start) * (highest + 1) + (highest - banks)
        key = key.masked_fill(~real.gather(1, order), torch.iinfo(torch.long).max)
        keep = min(3 * beam + 1, order.shape[1])
        final = order.gather(1, key.topk(keep, dim=1, largest=False).indices)
        self.order = keep
        self.scores, self.parents = scores.gather(1, final), parents.gather(1, final)
        self.tokens, self.ended = tokens.gather(1, final), ended.gather(1, final)
        self.states, self.met = new_states.gather(1, final), new_met.gather(1, final)
        self.valid = real.gather(1, final)


def _end_at_limit(
    pools: list[Finished],
    living: list[int],
    made: torch.Tensor,
    log_probs: torch.Tensor,
    totals: torch.Tensor,
    whole: torch.Tensor,
    ends: torch.Tensor,
    length: int,
    limits: Sequence[int],
) -> None:
    """Where the limit has come and nothing has ended yet, end the best one that may."""
    late = [p for p, n in enumerate(living) if length >= limits[n] and not pools[n].best]
    if not late:
        return
    ending = log_probs[:, :, ends].max(2).values + totals
    ending = ending.masked_fill(~whole, 2 * NEVER)
    for place in late:
        total, beam = ending[place].max(0)
        if float(total) > NEVER / 2:
            ids = made[place, int(beam)].tolist()
            pools[living[place]].add(float(total) / length, float(total), ids)


def _settled(pool: Finished, best: float, length: int, options: Decoding) -> bool:
    """Whether the search of a sentence is over: enough has ended, or nothing better can come."""
    if not pool.best:
        return False
    return pool.full or best / length**options.length_penalty <= pool.best[0][0]
