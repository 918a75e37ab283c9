"""Sequence labelling by a text-to-text model that can only copy the sentence and set labels.

Garcia-Ferrero et al. 2023 ("Model and data transfer for cross-lingual sequence labelling", and
their constrained decoder for text-to-text taggers). The model writes the sentence again with
``<PER> Angela Merkel </PER>`` around what it labels; an automaton says at every step which tokens
are allowed, so that the text cannot change, every tag is closed, none is empty and none begins
inside a word. Serves as the annotator ``tagger`` on either side of a pair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from projector.annotation.base import Annotation, Labelled
from projector.engines import engine_class, read_options
from projector.errors import UsageError
from projector.records import Document
from projector.text.sentences import split_sentences
from projector.text.tokens import with_tokens

if TYPE_CHECKING:
    from projector.models.seq2seq import Seq2Seq

Ids = tuple[int, ...]
Labelled3 = tuple[int, int, str]  # first word, end word, label


class State(Struct, frozen=True):
    """Where the automaton stands.

    ``word`` words are copied; ``pending`` must come next (the rest of a word or of a tag);
    ``label`` is the open one, or -1, since word ``since``; ``done`` are the finished ones.
    """

    word: int = 0
    pending: Ids = ()
    label: int = -1
    since: int = 0
    done: tuple[tuple[int, int, int], ...] = ()


class LabelAutomaton:
    """The sequences that copy a sentence and set allowed labels.

    It keeps a set of states, because a tag and a word may begin with the same token: nothing is
    decided before the tokens decide it. What was finished is kept apart from the tag just closed,
    so that one entity may follow another directly, whatever the length of its tags.

    Args:
        words: the sub-words of each word.
        tags: the sub-words of each label's opening and closing tag.
        end: the end-of-sequence token.
    """

    def __init__(self, words: Sequence[Ids], tags: Sequence[tuple[Ids, Ids]], end: int) -> None:
        if any(not opening or not closing for opening, closing in tags):
            raise ValueError("tags: found one without sub-words, wanted some for each tag")
        self.words = [tuple(word) for word in words]
        self.tags = [(tuple(opening), tuple(closing)) for opening, closing in tags]
        self.end = end
        self._reached: dict[Ids, frozenset[State]] = {(): frozenset((State(),))}

    def moves(self, state: State) -> list[tuple[int, State]]:
        """The tokens that may come next, the end apart, and the state each leads to."""
        if state.pending:
            return [(state.pending[0], self._now(state, pending=state.pending[1:]))]
        found = []
        if state.word < len(self.words):
            first, *rest = self.words[state.word]
            found.append((first, self._now(state, word=state.word + 1, pending=tuple(rest))))
            if state.label < 0:
                for label, (opening, _) in enumerate(self.tags):
                    found.append(
                        (
                            opening[0],
                            self._now(state, label=label, since=state.word, pending=opening[1:]),
                        )
                    )
        if state.label >= 0 and state.word > state.since:
            closing = self.tags[state.label][1]
            finished = (state.since, state.word, state.label)
            found.append(
                (
                    closing[0],
                    self._now(state, label=-1, pending=closing[1:], done=(*state.done, finished)),
                )
            )
        return found

    @staticmethod
    def _now(state: State, **changes: object) -> State:
        fields = {name: getattr(state, name) for name in State.__struct_fields__}
        return State(**(fields | changes))

    def is_complete(self, state: State) -> bool:
        """Whether all is copied and closed."""
        return state.word == len(self.words) and state.label < 0 and not state.pending

    def reached(self, tokens: Ids) -> frozenset[State]:
        """The states that a beginning leads to; empty if it breaks the rules."""
        known = self._reached.get(tokens)
        if known is None:
            before = self.reached(tokens[:-1]) if tokens else frozenset()
            known = frozenset(
                after
                for state in before
                for token, after in self.moves(state)
                if token == tokens[-1]
            )
            self._reached[tokens] = known
        return known

    def allowed(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that may follow a beginning."""
        states = self.reached(tuple(tokens))
        found = {token for state in states for token, _ in self.moves(state)}
        if any(self.is_complete(state) for state in states):
            found.add(self.end)
        return sorted(found)

    def read(self, tokens: Sequence[int]) -> list[tuple[int, int, int]] | None:
        """The labels of a complete sequence as (first word, end word, label), or None."""
        complete = [s for s in self.reached(tuple(tokens)) if self.is_complete(s)]
        if not complete:
            return None
        return list(min(s.done for s in complete))  # where tokens leave a choice, any will do


class TaggerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `SequenceTagger`.

    Attributes:
        labels: the labels that may be set.
        opening, closing: how tags are written; ``{label}`` becomes the label.
        prefix: text before every sentence, as the model was trained.
        beam: beams of the search.
        min_score: labellings below this mean token probability are left out.
        batch_tokens, device: as for ``hf``.
    """

    labels: list[str] = []
    opening: str = "<{label}>"
    closing: str = "</{label}>"
    prefix: str = ""
    beam: Annotated[int, Meta(ge=1)] = 4
    min_score: Annotated[float, Meta(ge=0, le=1)] = 0.0
    batch_tokens: int = 0
    device: str = "auto"


class SequenceTagger:
    """A text-to-text tagger whose output cannot be anything but the sentence with labels.

    Raises:
        UsageError: no model, no labels, an unknown option.
        EngineError: the model cannot be found or loaded.
    """

    name = "tagger"

    def __init__(self, model: str = "", **options: object) -> None:
        if not model:
            raise UsageError("the annotator 'tagger' needs a model: --model FOLDER_OR_HUB_NAME")
        given = options.get("labels")
        if isinstance(given, str):  # --set labels=PER,LOC
            options["labels"] = [label for label in given.split(",") if label]
        self.model = model
        self.options = read_options(TaggerOptions, options, self.name)
        if not self.options.labels:
            raise UsageError("the annotator 'tagger' needs the labels: --set labels=PER,LOC,...")
        # Loading and devices are the translator's; its languages are not used.
        self._engine = engine_class("translators", "hf")(model, device=self.options.device)

    @property
    def version(self) -> str:
        return str(self._engine.version)

    def layers(self, lang: str) -> frozenset[str]:
        """Entities on the project's own tokens and sentences."""
        return frozenset({"tokens", "sentences", "entities"})

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """Labels of the documents, sentence by sentence."""
        ready = [with_tokens(document) for document in documents]
        rows: list[tuple[int, list[tuple[int, int]]]] = []
        sentences = []
        for n, document in enumerate(ready):
            found = split_sentences(document.text, document.lang or lang)
            sentences.append(found)
            ends = [end for _, end in found]
            row: list[tuple[int, int]] = []
            for token in document.tokens or ():
                while ends and token[0] >= ends[0]:
                    ends.pop(0)
                    rows.append((n, row))
                    row = []
                row.append(token)
            rows.append((n, row))
        rows = [(n, row) for n, row in rows if row]
        words = [[ready[n].text[a:b] for a, b in row] for n, row in rows]
        entities: list[list[Labelled]] = [[] for _ in documents]
        for (n, row), (labels, score) in zip(rows, self.label(words), strict=True):
            if score >= self.options.min_score:
                entities[n] += [Labelled(row[a][0], row[b - 1][1], name) for a, b, name in labels]
        return [
            Annotation(list(document.tokens or ()), cut, [], [], own, [])
            for document, cut, own in zip(ready, sentences, entities, strict=True)
        ]

    def label(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[Labelled3], float]]:
        """For each sentence its labels and the mean token probability of the whole output."""
        from projector.models.batching import in_batches

        seq2seq: Seq2Seq = self._engine.seq2seq
        tokenizer = seq2seq.tokenizer
        tags = [
            (
                self._pieces(self.options.opening.replace("{label}", label)),
                self._pieces(self.options.closing.replace("{label}", label)),
            )
            for label in self.options.labels
        ]
        automata = []
        for words in sentences:
            copied = [self._pieces(word) for word in words]
            automata.append(LabelAutomaton([ids or (self._unknown(),) for ids in copied], tags,
                                           seq2seq.eos_ids[0]))  # fmt: skip
        texts = [self.options.prefix + " ".join(words) for words in sentences]
        rows = tokenizer(texts, truncation=False, verbose=False)["input_ids"] if texts else []

        def run(places: list[int]) -> list[tuple[list[Labelled3], float]]:
            return self._generate([rows[n] for n in places], [automata[n] for n in places])

        budget = self.options.batch_tokens or (4096 if seq2seq.device == "cpu" else 32768)
        return in_batches([len(row) for row in rows], budget, run, width=self.options.beam,
                          free=seq2seq.free_memory)  # fmt: skip

    def _generate(
        self, rows: Sequence[Sequence[int]], automata: Sequence[LabelAutomaton]
    ) -> list[tuple[list[Labelled3], float]]:
        import torch

        seq2seq: Seq2Seq = self._engine.seq2seq
        ids, mask = seq2seq.padded(rows)
        start = seq2seq.model.config.decoder_start_token_id

        def allowed(batch: int, tokens: torch.Tensor) -> list[int]:
            written = tokens.tolist()[1:]
            ends = [n for n, token in enumerate(written) if token in seq2seq.eos_ids]
            if ends:  # this beam is done
                return [seq2seq.pad_id, *seq2seq.eos_ids]
            return automata[batch].allowed(written) or seq2seq.eos_ids

        longest = max(
            sum(map(len, a.words)) + len(a.words) * max(len(o) + len(c) for o, c in a.tags)
            for a in automata
        )
        with torch.inference_mode():
            out = seq2seq.model.generate(
                input_ids=ids, attention_mask=mask, num_beams=self.options.beam, do_sample=False,
                max_new_tokens=longest + 1, min_new_tokens=0, decoder_start_token_id=start,
                prefix_allowed_tokens_fn=allowed, return_dict_in_generate=True, output_scores=True,
                forced_bos_token_id=None, forced_eos_token_id=None, bad_words_ids=None,
                length_penalty=1.0,
            )  # fmt: skip
        found = []
        sequences = out.sequences[:, 1:].tolist()
        scores = self._scores(out, sequences)
        for sequence, score, automaton in zip(sequences, scores, automata, strict=True):
            stop = next((n for n, t in enumerate(sequence) if t in seq2seq.eos_ids), len(sequence))
            labels = automaton.read(sequence[:stop]) or []
            names = self.options.labels
            found.append(([(a, b, names[label]) for a, b, label in labels], score))
        return found

    def _scores(self, out: Any, sequences: Sequence[Sequence[int]]) -> list[float]:
        """Mean token probability (geometric) under the constraints."""
        if self.options.beam > 1:
            return [math.exp(min(0.0, float(score))) for score in out.sequences_scores]
        sums = [0.0] * len(sequences)
        counts = [0] * len(sequences)
        for step, scores in enumerate(out.scores):
            log_p = scores.log_softmax(1)
            for n, sequence in enumerate(sequences):
                if step < len(sequence) and not any(
                    token in self._engine.seq2seq.eos_ids for token in sequence[:step]
                ):
                    sums[n] += float(log_p[n, sequence[step]])
                    counts[n] += 1
        return [math.exp(s / max(1, c)) for s, c in zip(sums, counts, strict=True)]

    def _pieces(self, text: str) -> Ids:
        ids = self._engine.seq2seq.tokenizer(text, add_special_tokens=False, verbose=False)
        return tuple(ids["input_ids"])

    def _unknown(self) -> int:
        """For a word without sub-words, which must be copied all the same."""
        return int(self._engine.seq2seq.tokenizer.unk_token_id or 0)

    def close(self) -> None:
        """Free the model."""
        self._engine.close()
