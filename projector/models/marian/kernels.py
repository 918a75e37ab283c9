"""The inner loops of a student's forward pass, all that is no matrix product.

Sentences lie one after another in the rows of a matrix, without padding: ``starts[s]`` to
``starts[s + 1]`` are the rows of sentence s. What is computed for a row depends on its own
sentence only, in a fixed order. Each kernel takes the exact sums of the linear layer before it
(`linear`), scales them, and rounds its own result to whole numbers for the layer after it:
``whole`` with ``unit[row]`` as what 1 stands for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

EPSILON = np.float32(1e-6)  # of layer normalisation
LOG2E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)


@njit(cache=True, nogil=True, fastmath=True)
def exponentials(values: Any, count: int, power: Any, scale: Any) -> float:
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
    total = np.float32(0)
    for j in range(count):
        values[j] *= scale[j]
        total += values[j]
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _rounded(row: Any, room: float, whole: Any) -> float:
    """Round a row to whole numbers no longer together than ``room``; what 1 stands for."""
    total = np.float32(0)
    for j in range(len(row)):
        total += row[j] * row[j]
    unit = max(np.float32(np.sqrt(total) / room), np.float32(1e-30))
    inverse = np.float32(1) / unit
    for j in range(len(row)):
        whole[j] = np.rint(row[j] * inverse)
    return unit


@njit(cache=True, nogil=True, fastmath=True)
def rounded(states: Any, room: float, whole: Any, unit: Any) -> None:
    """Round all rows for a layer that has ``room``."""
    for i in range(len(states)):
        unit[i] = _rounded(states[i], room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def _normalised(row: Any, gain: Any, shift: Any) -> None:
    """Layer normalisation of a row in place (Ba et al. 2016)."""
    size = np.float32(len(row))
    mean = np.float32(0)
    for j in range(len(row)):
        mean += row[j]
    mean /= size
    spread = np.float32(0)
    for j in range(len(row)):
        d = row[j] - mean
        spread += d * d
    factor = np.float32(1) / np.sqrt(spread / size + EPSILON)
    for j in range(len(row)):
        row[j] = (row[j] - mean) * factor * gain[j] + shift[j]


@njit(cache=True, nogil=True, fastmath=True)
def embed(pieces: Any, places: Any, table: Any, factor: float, positions: Any, room: float,
          out: Any, whole: Any, unit: Any) -> None:  # fmt: skip
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
        unit[i] = _rounded(row, room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def scaled(sums: Any, unit: Any, scales: Any, bias: Any) -> None:
    """A linear layer's results from its sums, in place."""
    for i in range(len(sums)):
        row, u = sums[i], unit[i]
        for j in range(len(row)):
            row[j] = row[j] * u * scales[j] + bias[j]


@njit(cache=True, nogil=True, fastmath=True)
def added(sums: Any, unit: Any, scales: Any, bias: Any, gain: Any, shift: Any, room: float,
          states: Any, whole: Any) -> None:  # fmt: skip
    """Add a sub-layer's results to the states, normalise, in place; ``unit`` is overwritten."""
    for i in range(len(sums)):
        row, new, u = states[i], sums[i], unit[i]
        for j in range(len(row)):
            row[j] += new[j] * u * scales[j] + bias[j]
        _normalised(row, gain, shift)
        unit[i] = _rounded(row, room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def activated(sums: Any, unit: Any, scales: Any, bias: Any, swish: bool, room: float) -> None:
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
        unit[i] = _rounded(row, room, row)


@njit(cache=True, nogil=True, fastmath=True)
def _attend(query: Any, keys: Any, first: int, last: int, at: int, heads: int, head: int,
            weights: Any, power: Any, scale: Any, out: Any) -> None:  # fmt: skip
    """One head's attention of one row: ``weights`` over rows first to last, ``out`` the mixture.

    ``keys`` has the keys from column ``at`` and the values right after all keys.
    """
    size = len(query) // heads
    root = np.float32(1) / np.sqrt(np.float32(size))
    begin = head * size
    count = last - first
    highest = np.float32(-3e38)
    for k in range(count):
        row = keys[first + k]
        dot = np.float32(0)
        for j in range(size):
            dot += query[begin + j] * row[at + begin + j]
        dot *= root
        weights[k] = dot
        highest = max(highest, dot)
    for k in range(count):
        weights[k] -= highest
    total = exponentials(weights, count, power, scale)
    share = np.float32(1) / total
    for j in range(size):
        out[begin + j] = 0
    values = at + len(query) + begin
    for k in range(count):
        weights[k] *= share
        w, row = weights[k], keys[first + k]
        for j in range(size):
            out[begin + j] += w * row[values + j]


@njit(cache=True, nogil=True, fastmath=True)
def self_attention(packed: Any, starts: Any, heads: int, room: float, whole: Any,
                   unit: Any) -> None:  # fmt: skip
    """All sentences' attention to themselves; ``packed`` has queries, keys, values side by side."""
    size = packed.shape[1] // 3
    longest = 0
    for s in range(len(starts) - 1):
        longest = max(longest, starts[s + 1] - starts[s])
    weights = np.empty(longest, np.float32)
    power = np.empty(longest, np.int32)
    scale = power.view(np.float32)
    mixed = np.empty(size, np.float32)
    for s in range(len(starts) - 1):
        for i in range(starts[s], starts[s + 1]):
            for head in range(heads):
                _attend(packed[i, :size], packed, starts[s], starts[s + 1], size, heads, head,
                        weights, power, scale, mixed)  # fmt: skip
            unit[i] = _rounded(mixed, room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def cross_attention(queries: Any, unit: Any, scales: Any, bias: Any, starts: Any, owner: Any,
                    keys: Any, sources: Any, heads: int, room: float, whole: Any, kept: Any,
                    places: Any, seen: Any) -> None:  # fmt: skip
    """Attention of target rows to the sentences that they translate.

    Args:
        queries: sums of the queries' layer, scaled in place. Rows ``starts[r]`` to
            ``starts[r + 1]`` belong to hypothesis r, which translates sentence ``owner[r]``.
        keys: keys and values of all source rows, by sentence from ``sources[s]``.
        kept: heads whose weights are wanted; they go to ``seen[k, places[row]:]``.
    """
    size = queries.shape[1]
    longest = 0
    for s in range(len(sources) - 1):
        longest = max(longest, sources[s + 1] - sources[s])
    weights = np.empty(longest, np.float32)
    power = np.empty(longest, np.int32)
    scale = power.view(np.float32)
    mixed = np.empty(size, np.float32)
    for r in range(len(owner)):
        first, last = sources[owner[r]], sources[owner[r] + 1]
        for i in range(starts[r], starts[r + 1]):
            query, u = queries[i], unit[i]
            for j in range(size):
                query[j] = query[j] * u * scales[j] + bias[j]
            for head in range(heads):
                _attend(query, keys, first, last, 0, heads, head, weights, power, scale, mixed)
                for k in range(len(kept)):
                    if kept[k] == head:
                        for j in range(last - first):
                            seen[k, places[i] + j] = weights[j]
            unit[i] = _rounded(mixed, room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def recurrent(sums: Any, unit: Any, scales: Any, bias: Any, gain: Any, shift: Any, starts: Any,
              cells: Any, room: float, states: Any, whole: Any) -> None:  # fmt: skip
    """The simpler simple recurrent unit (Kim et al. 2019) with residual and normalisation.

    ``sums`` has the candidate and the forget gate side by side; ``cells[r]`` is the memory of
    hypothesis r, overwritten by the new one; ``states`` and ``unit`` in place.
    """
    size = states.shape[1]
    power = np.empty(size, np.int32)
    scale = power.view(np.float32)
    decay = np.empty(size, np.float32)
    for r in range(len(starts) - 1):
        cell = cells[r]
        for i in range(starts[r], starts[r + 1]):
            new, row, u = sums[i], states[i], unit[i]
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
            _normalised(row, gain, shift)
            unit[i] = _rounded(row, room, whole[i])


@njit(cache=True, nogil=True, fastmath=True)
def best_of_lists(sums: Any, unit: Any, factor: float, bias: Any, owner: Any, columns: Any,
                  lists: Any, banned: Any, best: Any, score: Any) -> None:  # fmt: skip
    """The likeliest piece of each row among its own sentence's shortlist.

    Args:
        sums: (rows, columns) of the output layer for the union of the shortlists.
        bias: of the union's columns. Columns that may not be made are ``banned``, yet count.
        owner: the sentence of each row; its columns are ``columns[lists[s]:lists[s + 1]]``.
        best: the column found, per row; ``score`` its log-probability within the list.
    """
    longest = 0
    for s in range(len(lists) - 1):
        longest = max(longest, lists[s + 1] - lists[s])
    values = np.empty(longest, np.float32)
    power = np.empty(longest, np.int32)
    scale = power.view(np.float32)
    for i in range(len(owner)):
        own = columns[lists[owner[i]] : lists[owner[i] + 1]]
        row, u = sums[i], unit[i] * factor
        count = len(own)
        highest = np.float32(-3e38)
        found = np.float32(-3e38)
        for k in range(count):
            v = row[own[k]] * u + bias[own[k]]
            values[k] = v
            highest = max(highest, v)
        best[i] = own[0]
        for k in range(count):
            if values[k] > found and not banned[own[k]]:
                found = values[k]
                best[i] = own[k]
        for k in range(count):
            values[k] -= highest
        total = exponentials(values, count, power, scale)
        score[i] = found - highest - np.log(total)


@njit(cache=True, nogil=True, fastmath=True)
def log_probabilities(sums: Any, unit: Any, factor: float, bias: Any) -> None:
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


@njit(cache=True, nogil=True, fastmath=True)
def log_probability_of(sums: Any, unit: Any, factor: float, bias: Any, wanted: Any,
                       out: Any) -> None:  # fmt: skip
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
        own = row[wanted[i]]
        for j in range(count):
            row[j] -= highest
        out[i] = own - highest - np.log(exponentials(row, count, power, scale))
