"""Translations of a Hugging Face model under lexical constraints (`constrained_beam`).

A sentence whose free translation already holds its phrases keeps that translation; only the others
are searched again. What shapes the scores of the plain search (tokens never made, repetitions)
shapes them here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch

from projector.models.constrained_beam import SLACK, SentenceSearch, constrained_search
from projector.models.decoding import Decoding, Output, Shaper, Stepper, never_made, search
from projector.models.families import Plan
from projector.models.huggingface_model import HuggingFaceHypotheses
from projector.models.phrase_automaton import Automaton, Phrase
from projector.models.seq2seq import Seq2Seq
from projector.models.translation_model import Floats


@torch.inference_mode()
def constrained_translations(
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
    never = never_made(model)
    banned = never | set(model.eos_ids) | {model.tokenizer.unk_token_id}
    automata = [
        Automaton([[p for p in phrases if p and not banned & set(p)] for phrases in sentence])
        for sentence in constraints
    ]
    begins = word_starts(model) if spaced else np.ones(vocabulary_size(model), np.bool_)
    if free is None:
        free = search(model, rows, plan, options, limits)
    outputs = []
    again = []
    for n, (output, automaton) in enumerate(zip(free, automata, strict=True)):
        met = bits_met(output.ids, automaton, begins)
        outputs.append(_with_met(output, met, automaton))
        if not output.finished or met & automaton.goal != automaton.goal:
            again.append(n)
    if not again:
        return outputs
    may_stand = np.ones(len(begins), np.bool_)
    may_stand[sorted(never | set(model.eos_ids))] = False
    allowed = np.flatnonzero(may_stand)
    searches = []
    for n in again:
        extra = sum(automata[n].weights)
        searches.append(
            SentenceSearch(
                automata[n],
                allowed,
                begins,
                model.eos_ids,
                min(limits[n] + extra, len(free[n].ids) + extra + SLACK),
                options.beam,
                options.length_penalty,
            )
        )
    stepper = Stepper(model, [rows[n] for n in again], plan)
    constrained_search(ShapedHypotheses(stepper, Shaper(model, options)), searches)
    for n, found in zip(again, searches, strict=True):
        if found.done:
            best = found.done[0][1]
            ids = [one.piece for one in best.path()][:-1]
            output = Output(ids, best.total / best.length, True)
            outputs[n] = _with_met(output, bits_met(ids, automata[n], begins), automata[n])
    return outputs


class ShapedHypotheses(HuggingFaceHypotheses):
    """Hypotheses whose scores are shaped as the plain search's are."""

    def __init__(self, stepper: Stepper, shaper: Shaper) -> None:
        super().__init__(stepper)
        self._shaper = shaper
        self._so_far = stepper.prompt

    def step(self, tokens: Sequence[int]) -> None:
        """See `Hypotheses`."""
        super().step(tokens)
        written = torch.tensor(tokens, device=self._so_far.device)[:, None]
        self._so_far = torch.cat([self._so_far, written], 1)

    def select(self, parents: Sequence[int]) -> None:
        """See `Hypotheses`."""
        super().select(parents)
        self._so_far = self._so_far[torch.tensor(parents, device=self._so_far.device)]

    def distributions(self) -> Floats:
        """See `Hypotheses`."""
        shaped: Floats = self._shaper(self._so_far, self._scores.clone()).cpu().numpy()
        return shaped


def bits_met(ids: Sequence[int], automaton: Automaton, begins: npt.NDArray[np.bool_]) -> int:
    """The constraints that a finished translation holds."""
    state, met = 0, 0
    for token in ids:
        state, met = automaton.advance(state, met, token, bool(begins[token]))
    return met | automaton.nodes[state].ends


def _with_met(output: Output, met: int, automaton: Automaton) -> Output:
    flags = [bool(met >> bit & 1) for bit in range(len(automaton.weights))]
    return Output(output.ids, output.score, output.finished, flags)


def vocabulary_size(model: Seq2Seq) -> int:
    """How many tokens the model's output layer has."""
    return int(model.model.get_output_embeddings().weight.shape[0])


_word_starts: WeakKeyDictionary[Seq2Seq, npt.NDArray[np.bool_]] = WeakKeyDictionary()


def word_starts(model: Seq2Seq) -> npt.NDArray[np.bool_]:
    """For each token whether a word that stands before it is over: (vocabulary,).

    Told by the marks that tokenisers put before words; where a vocabulary has none, every token
    is taken to begin one. Found once for each model: a vocabulary is long.
    """
    if model not in _word_starts:
        _word_starts[model] = _found_word_starts(model)
    return _word_starts[model]


def _found_word_starts(model: Seq2Seq) -> npt.NDArray[np.bool_]:
    size = vocabulary_size(model)
    known = {n: token for token, n in model.tokenizer.get_vocab().items()}
    tokens = [known.get(n, "") for n in range(size)]
    marks = [mark for mark in ("▁", "Ġ") if sum(t.startswith(mark) for t in tokens) > size // 50]
    flags = [
        not marks or not token or token.startswith(tuple(marks)) or not token[0].isalnum()
        for token in tokens
    ]
    found = np.array(flags)
    found[list(model.eos_ids)] = True
    return found
