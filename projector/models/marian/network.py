"""The network of a student: transformer encoder (Vaswani et al. 2017) and SSRU decoder.

Sentences lie one after another without padding, and all sums over them are exact or in an order of
their own (`linear`, `kernels`): what comes out for a sentence is the same, to the last bit, alone
or among others. The decoder runs over any number of target pieces of each hypothesis at once: one
in a search, all of them when a translation is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from projector.errors import EngineError
from projector.models.marian import kernels
from projector.models.marian.architecture import Architecture, read_architecture
from projector.models.marian.linear import Linear, longest, room
from projector.models.marian.weights import Bytes, Floats, Ints, ModelFile, Quantised

PLACES = 256  # rows of the position table at first; it grows with the longest sentence
BLOCK = 4096  # words of the output matrix that are made float32 at a time
ROWS = 64  # rows of whole-vocabulary scores at a time (8 MB of them)


class Encoded(NamedTuple):
    """Encoded sentences: what each of the decoder's layers attends to.

    Attributes:
        starts: the first row of each sentence and the end of the last.
        packed: for each decoder layer keys and values side by side, (rows, 2 x dimensions).
        blocks: where each sentence's turned keys begin, and the end of the last.
        keys: for each decoder layer the keys turned (`kernels.turned`).
    """

    starts: Ints
    packed: list[Floats]
    blocks: Ints
    keys: list[Floats]

    def __len__(self) -> int:
        return len(self.starts) - 1


class Read(NamedTuple):
    """What the decoder makes of the pieces it has read.

    Attributes:
        whole, unit: the top states of all rows, as whole numbers and what 1 stands for.
        weights: for each attention head asked for the weights of all rows, one after another.
        places: where the weights of each row begin, and the end of the last.
    """

    whole: Floats
    unit: Floats
    weights: Floats
    places: Ints


class _Parts:
    """Takes a model's matrices and vectors by name, checks sizes, and knows what is left over."""

    def __init__(self, model: ModelFile) -> None:
        self.model = model
        self.left = set(model.matrices) | set(model.vectors)
        self._tables: dict[str, Quantised] = {}

    def matrix(self, name: str, rows: int, columns: int) -> Quantised:
        self._take(name, self.model.matrices, "int8 (intgemm8)")
        found = self.model.matrices[name]
        if found.values.shape != (rows, columns):
            raise self._wrong(name, found.values.shape, (rows, columns))
        return found

    def table(self, name: str, rows: int, columns: int) -> Quantised:
        """A matrix that is used as it stands in the file: a copy of its own, one for each name."""
        found = self.matrix(name, rows, columns)
        if name not in self._tables:
            self._tables[name] = Quantised(found.values.copy(order="K"), found.multiplier)
        return self._tables[name]

    def vector(self, name: str, size: int) -> Floats:
        self._take(name, self.model.vectors, "float32")
        found = self.model.vectors[name]
        if len(found) != size:
            raise self._wrong(name, (len(found),), (size,))
        return found

    def _take(self, name: str, where: object, kind: str) -> None:
        if name not in where:  # type: ignore[operator]
            state = f"not of type {kind}" if name in self.left else "missing"
            raise EngineError(f"{self.model.path}: {name!r} is {state}")
        self.left.discard(name)

    def _wrong(self, name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> EngineError:
        return EngineError(f"{self.model.path}: {name!r} has shape {found}, wanted {wanted}")

    def linear(
        self, layer: str, pairs: Sequence[tuple[str, str]], rows: int, columns: int
    ) -> Linear:
        """Matrices side by side: (matrix, bias) by the ends of their names; bias may be ''."""
        return Linear(
            [self.matrix(f"{layer}_{matrix}", rows, columns) for matrix, _ in pairs],
            [self.vector(f"{layer}_{bias}", columns) if bias else None for _, bias in pairs],
        )

    def norm(self, name: str, size: int) -> tuple[Floats, Floats]:
        return self.vector(f"{name}_ln_scale", size), self.vector(f"{name}_ln_bias", size)


class _FeedForward:
    def __init__(self, parts: _Parts, layer: str, shape: Architecture) -> None:
        self.inner = parts.linear(layer, [("W1", "b1")], shape.dimensions, shape.inner)
        self.outer = parts.linear(layer, [("W2", "b2")], shape.inner, shape.dimensions)
        self.gain, self.shift = parts.norm(f"{layer}_ffn", shape.dimensions)
        self.swish = shape.activation == "swish"

    def __call__(self, states: Floats, whole: Floats, unit: Floats, next_room: float) -> None:
        inner, outer = self.inner, self.outer
        hidden = inner.sums(whole)
        kernels.activated(hidden, unit, inner.scales, inner.bias, self.swish, outer.room)
        kernels.added(outer.sums(hidden), unit, outer.scales, outer.bias, self.gain, self.shift,
                      next_room, states, whole)  # fmt: skip


class _EncoderLayer:
    def __init__(self, parts: _Parts, number: int, shape: Architecture) -> None:
        name, size = f"encoder_l{number}_self", shape.dimensions
        self.packed = parts.linear(name, [("Wq", "bq"), ("Wk", "bk"), ("Wv", "bv")], size, size)
        self.mixed = parts.linear(name, [("Wo", "bo")], size, size)
        self.gain, self.shift = parts.norm(f"{name}_Wo", size)
        self.ffn = _FeedForward(parts, f"encoder_l{number}_ffn", shape)
        self.heads = shape.heads

    def __call__(
        self,
        states: Floats,
        whole: Floats,
        unit: Floats,
        starts: Ints,
        blocks: Ints,
        next_room: float,
    ) -> None:
        packed, mixed = self.packed, self.mixed
        sums = packed.sums(whole)
        kernels.scaled(sums, unit, packed.scales, packed.bias)
        keys = np.empty(int(blocks[-1]), np.float32)
        kernels.turned(sums, states.shape[1], starts, blocks, keys)
        kernels.self_attention(sums, keys, blocks, starts, self.heads, mixed.room, whole, unit)
        kernels.added(mixed.sums(whole), unit, mixed.scales, mixed.bias, self.gain, self.shift,
                      self.ffn.inner.room, states, whole)  # fmt: skip
        self.ffn(states, whole, unit, next_room)


class _DecoderLayer:
    def __init__(self, parts: _Parts, number: int, shape: Architecture) -> None:
        name, size = f"decoder_l{number}", shape.dimensions
        self.cell = parts.linear(f"{name}_rnn", [("W", ""), ("Wf", "bf")], size, size)
        self.cell_gain, self.cell_shift = parts.norm(f"{name}_rnn_ffn", size)
        self.query = parts.linear(f"{name}_context", [("Wq", "bq")], size, size)
        self.keys = parts.linear(f"{name}_context", [("Wk", "bk"), ("Wv", "bv")], size, size)
        self.mixed = parts.linear(f"{name}_context", [("Wo", "bo")], size, size)
        self.gain, self.shift = parts.norm(f"{name}_context_Wo", size)
        self.ffn = _FeedForward(parts, f"{name}_ffn", shape)


class Network:
    """A student's network: `encode` sentences, then `read` target pieces and score what follows.

    Attributes:
        shape: sizes.
        layers: number of decoder layers.
    """

    def __init__(self, model: ModelFile) -> None:
        self.shape = shape = read_architecture(model)
        size = shape.dimensions
        parts = _Parts(model)
        self._source = parts.table(shape.source, shape.vocabularies[0], size)
        self._target = parts.table(shape.target, shape.vocabularies[1], size)
        words = shape.vocabularies[1]
        if shape.output_by_word:
            output = parts.table(shape.output, words, size)
        else:
            turned = parts.table(shape.output, size, words)
            output = Quantised(turned.values.T, turned.multiplier)
        self.words: Bytes = np.ascontiguousarray(output.values)  # (vocabulary, dimensions)
        factor = np.float32(1 / output.multiplier)
        bias = "decoder_ff_logit_out_b"
        if model.configuration.get("output-omit-bias"):
            shift: Floats = np.zeros(words, np.float32)
        else:
            shift = parts.vector(bias, words)
        self._output = kernels.Output(factor, self.words, shift)
        length = max(
            longest(block.astype(np.float32))
            for block in np.array_split(self.words, 16)
            if len(block)
        )
        self._top_room = room(size, length)
        above = {n: _EncoderLayer(parts, n, shape) for n in dict.fromkeys(shape.encoder)}
        below = {n: _DecoderLayer(parts, n, shape) for n in dict.fromkeys(shape.decoder)}
        self._encoder = [above[n] for n in shape.encoder]
        self._decoder = [below[n] for n in shape.decoder]
        if parts.left:
            raise EngineError(
                f"{model.path}: {sorted(parts.left)[0]!r} has no place in the network that its "
                "configuration describes, wanted a student of Firefox Translations"
            )
        self.layers = len(self._decoder)
        self._positions = positions(PLACES, size)

    def encode(self, sentences: Sequence[Sequence[int]]) -> Encoded:
        """Encode sentences, piece ids with the end piece."""
        lengths = [len(sentence) for sentence in sentences]
        starts = _starts(lengths)
        lanes = kernels.LANES
        blocks = _starts(
            [-(-length // lanes) * lanes * self.shape.dimensions for length in lengths]
        )
        pieces = np.fromiter((p for s in sentences for p in s), np.int64, int(starts[-1]))
        states, whole, unit = self._embedded(
            self._source, pieces, _places(starts), self._encoder[0].packed.room
        )
        for number, layer in enumerate(self._encoder):
            last = number + 1 == len(self._encoder)
            following = self._decoder[0].keys if last else self._encoder[number + 1].packed
            layer(states, whole, unit, starts, blocks, following.room)
        packed, keys = [], []
        for number, under in enumerate(self._decoder):
            if number:
                kernels.rounded(states, under.keys.room, whole, unit)
            sums = under.keys.sums(whole)
            kernels.scaled(sums, unit, under.keys.scales, under.keys.bias)
            turned = np.empty(int(blocks[-1]), np.float32)
            kernels.turned(sums, 0, starts, blocks, turned)
            packed.append(sums)
            keys.append(turned)
        return Encoded(starts, packed, blocks, keys)

    def cells(self, hypotheses: int) -> list[Floats]:
        """The decoder's memory before anything is read: (hypotheses, dimensions) per layer."""
        return [np.zeros((hypotheses, self.shape.dimensions), np.float32) for _ in self._decoder]

    def read(
        self,
        encoded: Encoded,
        owner: Ints,
        cells: list[Floats],
        pieces: Ints,
        lengths: Sequence[int] | Ints,
        first: int,
        heads: Sequence[tuple[int, int]] = (),
        *,
        top: bool = True,
    ) -> Read:
        """Read target pieces and give the states from which the pieces after them are foretold.

        Args:
            owner: the sentence that each hypothesis translates.
            cells: the memory of the hypotheses, replaced by the new one.
            pieces: of all hypotheses one after another; -1 is the beginning.
            lengths: how many pieces each hypothesis reads.
            first: how many each has read before.
            heads: the (decoder layer from 0, head) whose attention is wanted.
            top: False leaves out what comes after the last attention that is wanted; the states
                that come back then mean nothing.
        """
        starts = _starts(lengths)
        sources = encoded.starts
        states, whole, unit = self._embedded(
            self._target, pieces, _places(starts) + first, self._decoder[0].cell.room
        )
        widths = np.repeat((sources[1:] - sources[:-1])[owner], np.diff(starts))
        places = _starts(widths)
        seen = np.empty((len(heads), int(places[-1])), np.float32)
        for number, layer in enumerate(self._decoder):
            cell, query, mixed = layer.cell, layer.query, layer.mixed
            kernels.recurrent(
                kernels.Sums(cell.sums(whole), unit, cell.scales, cell.bias),
                layer.cell_gain,
                layer.cell_shift,
                starts,
                cells[number],
                query.room,
                states,
                whole,
            )
            kept = np.array([h if depth == number else -1 for depth, h in heads], np.int64)
            kernels.cross_attention(
                kernels.Sums(query.sums(whole), unit, query.scales, query.bias),
                starts,
                owner,
                kernels.Sources(
                    sources, encoded.packed[number], encoded.keys[number], encoded.blocks
                ),
                self.shape.heads,
                mixed.room,
                whole,
                kernels.Seen(kept, places, seen),
            )
            if not top and all(depth <= number for depth, _ in heads):
                break
            kernels.added(mixed.sums(whole), unit, mixed.scales, mixed.bias, layer.gain,
                          layer.shift, layer.ffn.inner.room, states, whole)  # fmt: skip
            last = number + 1 == self.layers
            layer.ffn(states, whole, unit,
                      self._top_room if last else self._decoder[number + 1].cell.room)  # fmt: skip
        return Read(whole, unit, seen, places)

    def log_probabilities(self, read: Read) -> Floats:
        """Of all pieces after each row, (rows, vocabulary)."""
        scores = np.empty((len(read.whole), len(self.words)), np.float32)
        for a in range(0, len(self.words), BLOCK):
            block = self.words[a : a + BLOCK].astype(np.float32)
            np.matmul(read.whole, block.T, out=scores[:, a : a + BLOCK])
        kernels.log_probabilities(scores, read.unit, self._output.factor, self._output.bias)
        return scores

    def log_probability_of(self, read: Read, following: Ints) -> Floats:
        """Of one given piece after each row, in the whole vocabulary: (rows,)."""
        out = np.empty(len(following), np.float32)
        table = self.words.astype(np.float32).T  # for this call only: it is four times the file's
        for a in range(0, len(following), ROWS):
            part = slice(a, a + ROWS)
            kernels.log_probability_of(
                read.whole[part] @ table,
                read.unit[part],
                self._output.factor,
                self._output.bias,
                following[part],
                out[part],
            )
        return out

    def log_probability_in(
        self, read: Read, owner: Ints, pieces: Ints, lists: Ints, places: Ints
    ) -> Floats:
        """Of one given piece after each row, within its sentence's list: (rows,).

        The pieces of sentence s are ``pieces[lists[s]:lists[s + 1]]``; ``places`` are the given
        pieces as places in these.
        """
        out = np.empty(len(places), np.float32)
        listed = kernels.Lists(pieces, lists)
        kernels.log_probability_in_lists(
            read.whole, read.unit, self._output, owner, listed, places, out
        )
        return out

    def best(self, read: Read, banned: int) -> tuple[Ints, Floats]:
        """The likeliest piece after each row, ``banned`` apart, and its log-probability."""
        scores = self.log_probabilities(read)
        scores[:, banned] = -np.inf
        pieces = scores.argmax(1)
        return pieces, scores[np.arange(len(pieces)), pieces]

    def best_of(
        self, read: Read, owner: Ints, pieces: Ints, lists: Ints, banned: int
    ) -> tuple[Ints, Floats]:
        """As `best`, for rows of sentences that have lists of pieces to choose from.

        The pieces of sentence s are ``pieces[lists[s]:lists[s + 1]]``; the log-probability is
        within the list.
        """
        best, score = np.empty(len(owner), np.int64), np.empty(len(owner), np.float32)
        listed = kernels.Lists(pieces, lists)
        kernels.best_of_lists(
            read.whole, read.unit, self._output, owner, listed, banned, best, score
        )
        return best, score

    def _embedded(
        self, table: Quantised, pieces: Ints, places: Ints, next_room: float
    ) -> tuple[Floats, Floats, Floats]:
        size = self.shape.dimensions
        longest_place = int(places.max(initial=0))
        if longest_place >= len(self._positions):
            self._positions = positions(2 * longest_place, size)
        states = np.empty((len(pieces), size), np.float32)
        whole, unit = np.empty_like(states), np.empty(len(pieces), np.float32)
        kernels.embed(pieces, places, table.values, np.float32(size**0.5 / table.multiplier),
                      self._positions, next_room, states, whole, unit)  # fmt: skip
        return states, whole, unit


def positions(count: int, size: int) -> Floats:
    """Sinusoids of places 0 to count - 1: sines in the first half, cosines in the second."""
    half = size // 2
    rate = np.exp(-np.log(10000.0) / max(1, half - 1) * np.arange(half))
    angle = np.arange(count)[:, None] * rate
    return np.concatenate([np.sin(angle), np.cos(angle)], 1).astype(np.float32)


def _starts(lengths: Sequence[int] | Ints) -> Ints:
    """Where stretches of these lengths begin when they lie one after another, and the end."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def _places(starts: Ints) -> Ints:
    """The place of each row within its own sentence."""
    return np.arange(starts[-1]) - np.repeat(starts[:-1], np.diff(starts))
