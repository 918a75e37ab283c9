"""The inner loops of a student's forward pass, all that is no matrix product.

Sentences lie one after another in the rows of a matrix, without padding: ``starts[s]`` to
``starts[s + 1]`` are the rows of sentence s. What is computed for a row depends on its own
sentence only, in a fixed order. Each kernel takes the exact sums of the linear layer before it
(`linear`), scales them, and rounds its own result to whole numbers for the layer after it:
``whole`` with ``unit[row]`` as what 1 stands for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.compiled import compiled, compiled_finite
from projector.models.marian.weights import Bytes, Floats, Ints

EPSILON = np.float32(1e-6)  # of layer normalisation
LANES = 32  # numbers that the compiler's loops take at a time; what is padded is padded to it
LOG2E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
SHORT = 8  # numbers that are summed one by one


class Sums(NamedTuple):
    """A linear layer's exact sums, (rows, outputs), with what they stand for: ``unit`` by row,
    ``scales`` and ``bias`` by column (`linear.Linear`)."""

    values: Floats
    unit: Floats
    scales: Floats
    bias: Floats


class Sources(NamedTuple):
    """What a decoder layer attends to.

    Attributes:
        starts: the first row of each sentence and the end of the last.
        packed: keys and values of all rows side by side.
        keys, blocks: keys of all sentences, turned (`turned`).
    """

    starts: Ints
    packed: Floats
    keys: Floats
    blocks: Ints


class Seen(NamedTuple):
    """Where attention weights are kept: those of head ``heads[k]`` of a row go to
    ``weights[k, places[row]:]``; head -1 for none."""

    heads: Ints
    places: Ints
    weights: Floats


class Output(NamedTuple):
    """The output layer: the table is int8, (vocabulary, dimensions)."""

    factor: np.float32
    table: Bytes
    bias: Floats


class Lists(NamedTuple):
    """The pieces that may come next: of sentence s ``pieces[starts[s]:starts[s + 1]]``."""

    pieces: Ints
    starts: Ints


@compiled_finite
def _sum(values: Floats, count: int) -> np.float32:
    """The sum of ``values[:count]``, which are used up: one half is added to the other, several
    numbers at a time and always in the same order."""
    while count > SHORT:
        half = (count + 1) // 2
        for j in range(count - half):
            values[j] += values[half + j]
        count = half
    total = np.float32(0)
    for j in range(count):
        total += values[j]
    return total


@compiled_finite
def exponentials(values: Floats, count: int, power: NDArray[np.int32], scale: Floats) -> np.float32:
    """Replace ``values[:count]``, at most 0, by their exponentials; their sum.

    ``power`` (int32) and ``scale``, its memory as float32, are working space. The polynomial is
    that of the Cephes library (Moshier), good to the last bit or two, and unlike the standard
    library's function it is computed for several values at once.
    """
    for j in range(count):
        x = max(values[j], np.float32(-87))
        n = np.floor(x * LOG2E + np.float32(0.5))
        power[j] = (np.int32(n) + np.int32(127)) << np.int32(23)
        x = x - n * LN2_HIGH - n * LN2_LOW
        y = np.float32(1.9875691500e-4)
        y = y * x + np.float32(1.3981999507e-3)
        y = y * x + np.float32(8.3334519073e-3)
        y = y * x + np.float32(4.1665795894e-2)
        y = y * x + np.float32(1.6666665459e-1)
        y = y * x + np.float32(5.0000001201e-1)
        values[j] = y * x * x + x + np.float32(1)
    for j in range(count):
        values[j] *= scale[j]
        scale[j] = values[j]
    return _sum(scale, count)


@compiled_finite
def _rounded(row: Floats, room: float, spare: Floats, whole: Floats) -> np.float32:
    """Round a row to whole numbers no longer together than ``room``; what 1 stands for.

    ``spare`` is working space of the row's length, ``whole`` or another.
    """
    for j in range(len(row)):
        spare[j] = row[j] * row[j]
    total = _sum(spare, len(row))
    unit = max(np.float32(np.sqrt(total) / room), np.float32(1e-30))
    inverse = np.float32(1) / unit
    for j in range(len(row)):
        whole[j] = np.rint(row[j] * inverse)
    return unit


@compiled_finite
def rounded(states: Floats, room: float, whole: Floats, unit: Floats) -> None:
    """Round all rows for a layer that has ``room``."""
    for i in range(len(states)):
        unit[i] = _rounded(states[i], room, whole[i], whole[i])


@compiled_finite
def _normalised(row: Floats, gain: Floats, shift: Floats, spare: Floats) -> None:
    """Layer normalisation of a row in place (Ba et al. 2016); ``spare`` is working space."""
    size = np.float32(len(row))
    for j in range(len(row)):
        spare[j] = row[j]
    mean = _sum(spare, len(row)) / size
    for j in range(len(row)):
        d = row[j] - mean
        spare[j] = d * d
    factor = np.float32(1) / np.sqrt(_sum(spare, len(row)) / size + EPSILON)
    for j in range(len(row)):
        row[j] = (row[j] - mean) * factor * gain[j] + shift[j]


@compiled_finite
def embed(
    pieces: Ints,
    places: Ints,
    table: Bytes,
    factor: np.float32,
    positions: Floats,
    room: float,
    out: Floats,
    whole: Floats,
    unit: Floats,
) -> None:
    """States of pieces: embedding times ``factor`` plus position; piece -1 has no embedding."""
    size = table.shape[1]
    for i in range(len(pieces)):
        row, position = out[i], positions[places[i]]
        if pieces[i] < 0:
            for j in range(size):
                row[j] = position[j]
        else:
            entry = table[pieces[i]]
            for j in range(size):
                row[j] = np.float32(entry[j]) * factor + position[j]
        unit[i] = _rounded(row, room, whole[i], whole[i])


@compiled_finite
def scaled(sums: Floats, unit: Floats, scales: Floats, bias: Floats) -> None:
    """A linear layer's results from its sums, in place."""
    for i in range(len(sums)):
        row, u = sums[i], unit[i]
        for j in range(len(row)):
            row[j] = row[j] * u * scales[j] + bias[j]


@compiled_finite
def added(
    sums: Floats,
    unit: Floats,
    scales: Floats,
    bias: Floats,
    gain: Floats,
    shift: Floats,
    room: float,
    states: Floats,
    whole: Floats,
) -> None:
    """Add a sub-layer's results to the states, normalise, in place; ``unit`` is overwritten."""
    for i in range(len(sums)):
        row, new, u = states[i], sums[i], unit[i]
        for j in range(len(row)):
            row[j] += new[j] * u * scales[j] + bias[j]
        _normalised(row, gain, shift, whole[i])
        unit[i] = _rounded(row, room, whole[i], whole[i])


@compiled_finite
def activated(
    sums: Floats, unit: Floats, scales: Floats, bias: Floats, swish: bool, room: float
) -> None:
    """The inner layer of a feed-forward sub-layer, rounded, in place; so is ``unit``."""
    size = sums.shape[1]
    power = np.empty(size, np.int32)
    scale = power.view(np.float32)
    gate = np.empty(size, np.float32)
    for i in range(len(sums)):
        row, u = sums[i], unit[i]
        if swish:
            for j in range(size):
                row[j] = row[j] * u * scales[j] + bias[j]
                gate[j] = -abs(row[j])
            exponentials(gate, size, power, scale)
            for j in range(size):
                e = gate[j]
                row[j] *= (np.float32(1) if row[j] >= 0 else e) / (np.float32(1) + e)
        else:
            for j in range(size):
                row[j] = max(row[j] * u * scales[j] + bias[j], np.float32(0))
        unit[i] = _rounded(row, room, gate, row)


@compiled_finite
def turned(packed: Floats, at: int, starts: Ints, blocks: Ints, out: Floats) -> None:
    """Keys, the columns of ``packed`` from ``at`` on, turned: a block for each sentence.

    Block s begins at ``blocks[s]`` of the flat ``out`` and has a row for each dimension, its
    places padded with zeros to a multiple of `LANES`.
    """
    for s in range(len(starts) - 1):
        first, count = starts[s], starts[s + 1] - starts[s]
        width = (count + LANES - 1) // LANES * LANES
        size = (blocks[s + 1] - blocks[s]) // width
        for j in range(size):
            line = out[blocks[s] + j * width : blocks[s] + (j + 1) * width]
            for k in range(count):
                line[k] = packed[first + k, at + j]
            for k in range(count, width):
                line[k] = 0


@compiled_finite
def _attend(
    query: Floats,
    keys: Floats,
    width: int,
    values: Floats,
    at: int,
    first: int,
    count: int,
    heads: int,
    weights: Floats,
    power: NDArray[np.int32],
    scale: Floats,
    out: Floats,
) -> None:
    """Attention of one row by all heads: the weights, ``width`` for each head, and the mixture.

    ``keys`` is the sentence's block (see `turned`); its values are the columns of ``values`` from
    ``at`` on, from row ``first``.
    """
    size = len(query) // heads
    root = np.float32(1) / np.sqrt(np.float32(size))
    for head in range(heads):
        own = weights[head * width : (head + 1) * width]
        for k in range(width):
            own[k] = 0
        j = head * size
        while j < (head + 1) * size:
            if j + 4 <= (head + 1) * size:  # four at once: fewer loads and stores
                q0, q1 = query[j] * root, query[j + 1] * root
                q2, q3 = query[j + 2] * root, query[j + 3] * root
                k0, k1 = keys[j * width : (j + 1) * width], keys[(j + 1) * width : (j + 2) * width]
                k2 = keys[(j + 2) * width : (j + 3) * width]
                k3 = keys[(j + 3) * width : (j + 4) * width]
                for k in range(width):
                    own[k] += q0 * k0[k] + q1 * k1[k] + q2 * k2[k] + q3 * k3[k]
                j += 4
            else:
                for k in range(width):
                    own[k] += query[j] * root * keys[j * width + k]
                j += 1
        highest = own[0]
        for k in range(1, count):
            highest = max(highest, own[k])
        for k in range(width):
            own[k] -= highest
        for k in range(count, width):
            own[k] = 0
    exponentials(weights, heads * width, power, scale)
    for head in range(heads):
        own = weights[head * width : (head + 1) * width]
        for k in range(count, width):
            own[k] = 0
        for k in range(width):
            scale[k] = own[k]
        share = np.float32(1) / _sum(scale, width)
        for k in range(width):
            own[k] *= share
        begin = at + head * size
        mixed = out[head * size : (head + 1) * size]
        for j in range(size):
            mixed[j] = 0
        for k in range(0, count - 3, 4):
            w0, w1, w2, w3 = own[k], own[k + 1], own[k + 2], own[k + 3]
            v0 = values[first + k, begin : begin + size]
            v1 = values[first + k + 1, begin : begin + size]
            v2 = values[first + k + 2, begin : begin + size]
            v3 = values[first + k + 3, begin : begin + size]
            for j in range(size):
                mixed[j] += w0 * v0[j] + w1 * v1[j] + w2 * v2[j] + w3 * v3[j]
        for k in range(count // 4 * 4, count):
            w, v = own[k], values[first + k, begin : begin + size]
            for j in range(size):
                mixed[j] += w * v[j]


@compiled_finite
def _longest(starts: Ints) -> int:
    longest = 0
    for s in range(len(starts) - 1):
        longest = max(longest, starts[s + 1] - starts[s])
    return longest


@compiled_finite
def _widest(starts: Ints) -> int:
    return (_longest(starts) + LANES - 1) // LANES * LANES


@compiled_finite
def self_attention(
    packed: Floats,
    keys: Floats,
    blocks: Ints,
    starts: Ints,
    heads: int,
    room: float,
    whole: Floats,
    unit: Floats,
) -> None:
    """All sentences' attention to themselves; ``packed`` has queries, keys, values side by side,
    and ``keys`` the keys turned."""
    size = packed.shape[1] // 3
    weights = np.empty(heads * _widest(starts), np.float32)
    power = np.empty(len(weights), np.int32)
    scale = power.view(np.float32)
    mixed = np.empty(size, np.float32)
    for s in range(len(starts) - 1):
        first, count = starts[s], starts[s + 1] - starts[s]
        block = keys[blocks[s] : blocks[s + 1]]
        width = len(block) // size
        for i in range(first, first + count):
            _attend(packed[i, :size], block, width, packed, 2 * size, first, count, heads, weights,
                    power, scale, mixed)  # fmt: skip
            unit[i] = _rounded(mixed, room, whole[i], whole[i])


@compiled_finite
def cross_attention(
    queries: Sums,
    starts: Ints,
    owner: Ints,
    attended: Sources,
    heads: int,
    room: float,
    whole: Floats,
    seen: Seen,
) -> None:
    """Attention of target rows to the sentences that they translate.

    Args:
        queries: the queries' layer, scaled in place; ``unit`` is overwritten with what 1 stands
            for in ``whole``, the result.
        starts, owner: rows ``starts[r]`` to ``starts[r + 1]`` belong to hypothesis r, which
            translates sentence ``owner[r]``.
        seen: the weights that are wanted.
    """
    values, unit, scales, bias = queries
    sources, packed, keys, blocks = attended
    kept, places, kept_weights = seen
    size = values.shape[1]
    weights = np.empty(heads * _widest(sources), np.float32)
    power = np.empty(len(weights), np.int32)
    scale = power.view(np.float32)
    mixed = np.empty(size, np.float32)
    for r in range(len(owner)):
        s = owner[r]
        first, count = sources[s], sources[s + 1] - sources[s]
        block = keys[blocks[s] : blocks[s + 1]]
        width = len(block) // size
        for i in range(starts[r], starts[r + 1]):
            query, u = values[i], unit[i]
            for j in range(size):
                query[j] = query[j] * u * scales[j] + bias[j]
            _attend(query, block, width, packed, size, first, count, heads, weights, power, scale,
                    mixed)  # fmt: skip
            for k in range(len(kept)):
                if kept[k] >= 0:
                    for j in range(count):
                        kept_weights[k, places[i] + j] = weights[kept[k] * width + j]
            unit[i] = _rounded(mixed, room, whole[i], whole[i])


@compiled_finite
def recurrent(
    sums: Sums,
    gain: Floats,
    shift: Floats,
    starts: Ints,
    cells: Floats,
    room: float,
    states: Floats,
    whole: Floats,
) -> None:
    """The simpler simple recurrent unit (Kim et al. 2019) with residual and normalisation.

    ``sums`` has the candidate and the forget gate side by side; ``cells[r]`` is the memory of
    hypothesis r, overwritten by the new one; ``states`` and ``unit`` in place.
    """
    values, unit, scales, bias = sums
    size = states.shape[1]
    power = np.empty(size, np.int32)
    scale = power.view(np.float32)
    decay = np.empty(size, np.float32)
    for r in range(len(starts) - 1):
        cell = cells[r]
        for i in range(starts[r], starts[r + 1]):
            new, row, u = values[i], states[i], unit[i]
            for j in range(size):
                new[size + j] = new[size + j] * u * scales[size + j] + bias[size + j]
                decay[j] = -abs(new[size + j])
            exponentials(decay, size, power, scale)
            for j in range(size):
                e = decay[j]
                forget = (np.float32(1) if new[size + j] >= 0 else e) / (np.float32(1) + e)
                candidate = new[j] * u * scales[j] + bias[j]
                cell[j] = forget * cell[j] + (np.float32(1) - forget) * candidate
                row[j] += max(cell[j], np.float32(0))
            _normalised(row, gain, shift, whole[i])
            unit[i] = _rounded(row, room, whole[i], whole[i])


@compiled
def _products(row: NDArray[np.int16], table: Bytes, own: Ints, values: Floats) -> None:
    """Exact scalar products of whole numbers: int16 ``row`` with int8 rows ``own`` of ``table``."""
    int32 = np.int32
    for k in range(0, len(own) - 3, 4):
        t0, t1, t2, t3 = table[own[k]], table[own[k + 1]], table[own[k + 2]], table[own[k + 3]]
        a0, a1, a2, a3 = int32(0), int32(0), int32(0), int32(0)
        for j in range(len(row)):
            # Cast at every step: two numbers of 32 bits would give one of 64, at half the speed.
            x = int32(row[j])
            a0 = int32(a0 + int32(x * int32(t0[j])))
            a1 = int32(a1 + int32(x * int32(t1[j])))
            a2 = int32(a2 + int32(x * int32(t2[j])))
            a3 = int32(a3 + int32(x * int32(t3[j])))
        values[k], values[k + 1], values[k + 2], values[k + 3] = a0, a1, a2, a3
    for k in range(len(own) // 4 * 4, len(own)):
        t0 = table[own[k]]
        a0 = int32(0)
        for j in range(len(row)):
            a0 = int32(a0 + int32(int32(row[j]) * int32(t0[j])))
        values[k] = a0


@compiled_finite
def _outputs_of_list(
    state: Floats,
    unit: np.float32,
    output: Output,
    own: Ints,
    small: NDArray[np.int16],
    values: Floats,
) -> np.float32:
    """Fill ``values`` with a row's outputs for the pieces of a list; the highest of them.

    ``small`` is room for the row's state as int16.
    """
    for j in range(len(small)):
        small[j] = np.int16(state[j])
    bias = output.bias
    _products(small, output.table, own, values)
    highest = np.float32(-3e38)
    for k in range(len(own)):
        values[k] = values[k] * unit + bias[own[k]]
        highest = max(highest, values[k])
    return highest


@compiled_finite
def _log_share(
    values: Floats,
    at: int,
    highest: np.float32,
    count: int,
    power: NDArray[np.int32],
    scale: Floats,
) -> np.float32:
    """The logarithm of the share that ``values[at]`` has of ``values[:count]`` after a softmax;
    they are used up. ``power`` and ``scale`` as in `exponentials`."""
    found = values[at] - highest
    for k in range(count):
        values[k] -= highest
    share: np.float32 = found - np.log(exponentials(values, count, power, scale))
    return share


@compiled_finite
def best_of_lists(
    whole: Floats,
    unit: Floats,
    output: Output,
    owner: Ints,
    lists: Lists,
    banned: int,
    best: Ints,
    score: Floats,
) -> None:
    """The likeliest next piece of each row among its own sentence's shortlist.

    Args:
        whole, unit: top states of the decoder.
        owner: the sentence of each row.
        banned: a piece that counts but is not made.
        best: the piece found, per row; ``score`` its log-probability within the list.
    """
    pieces, starts = lists
    longest = _longest(starts)
    values = np.empty(longest, np.float32)
    power = np.empty(longest, np.int32)
    scale = power.view(np.float32)
    small = np.empty(whole.shape[1], np.int16)
    for i in range(len(owner)):
        own = pieces[starts[owner[i]] : starts[owner[i] + 1]]
        count = len(own)
        highest = _outputs_of_list(
            whole[i], np.float32(unit[i] * output.factor), output, own, small, values
        )
        at = -1
        for k in range(count):
            if (at < 0 or values[k] > values[at]) and own[k] != banned:
                at = k
        best[i] = own[at]
        score[i] = _log_share(values, at, highest, count, power, scale)


@compiled_finite
def log_probability_in_lists(
    whole: Floats,
    unit: Floats,
    output: Output,
    owner: Ints,
    lists: Lists,
    wanted: Ints,
    out: Floats,
) -> None:
    """The log-probability of a given piece of each row within its own sentence's list.

    As `best_of_lists`; ``wanted`` is each row's piece as a place in its list.
    """
    pieces, starts = lists
    longest = _longest(starts)
    values = np.empty(longest, np.float32)
    power = np.empty(longest, np.int32)
    scale = power.view(np.float32)
    small = np.empty(whole.shape[1], np.int16)
    for i in range(len(owner)):
        own = pieces[starts[owner[i]] : starts[owner[i] + 1]]
        count = len(own)
        highest = _outputs_of_list(
            whole[i], np.float32(unit[i] * output.factor), output, own, small, values
        )
        out[i] = _log_share(values, wanted[i], highest, count, power, scale)


@compiled_finite
def log_probabilities(sums: Floats, unit: Floats, factor: np.float32, bias: Floats) -> None:
    """Log-probabilities of all columns from an output layer's sums, in place."""
    count = sums.shape[1]
    values = np.empty(count, np.float32)
    power = np.empty(count, np.int32)
    scale = power.view(np.float32)
    for i in range(len(sums)):
        row, u = sums[i], unit[i] * factor
        highest = np.float32(-3e38)
        for j in range(count):
            row[j] = row[j] * u + bias[j]
            highest = max(highest, row[j])
        for j in range(count):
            values[j] = row[j] - highest
        offset = highest + np.log(exponentials(values, count, power, scale))
        for j in range(count):
            row[j] -= offset


@compiled_finite
def log_probability_of(
    sums: Floats, unit: Floats, factor: np.float32, bias: Floats, wanted: Ints, out: Floats
) -> None:
    """The log-probability of one given column of each row; ``sums`` is used up."""
    count = sums.shape[1]
    power = np.empty(count, np.int32)
    scale = power.view(np.float32)
    for i in range(len(sums)):
        row, u = sums[i], unit[i] * factor
        highest = np.float32(-3e38)
        for j in range(count):
            row[j] = row[j] * u + bias[j]
            highest = max(highest, row[j])
        out[i] = _log_share(row, wanted[i], highest, count, power, scale)
