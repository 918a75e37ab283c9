"""Linear layers whose results do not depend on the order of summation.

A float sum depends on the order in which a BLAS adds, and that depends on how many rows there
are, on the place of a row among them, on threads and on the processor: a sentence's translation
would depend on its neighbours in the batch. Here all sums are exact: weights are the int8 values
of the file, each row of inputs is rounded to integers, scaled as finely as lets no partial sum
reach 2^24 (by Cauchy and Schwarz), and float32 adds such integers without rounding. The rounding
of the inputs is some 11 to 14 bits, far finer than the 8 that these models are made for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projector.models.marian.weights import Floats, Quantised

EXACT = 2.0**24  # below that float32 holds all whole numbers
LARGEST = 2.0**15 - 1  # and int16 below that: some products are computed with it


class Linear:
    """One or several weight matrices side by side, applied to the same inputs.

    Attributes:
        weights: whole numbers as float32, (inputs, outputs).
        scales: what a column's whole numbers stand for, (outputs,).
        bias: (outputs,).
        room: how long (Euclidean) a row of whole-numbered inputs may be.
    """

    def __init__(self, matrices: Sequence[Quantised], biases: Sequence[Floats | None]) -> None:
        self.weights = np.concatenate([m.values for m in matrices], 1, dtype=np.float32)
        inputs = len(self.weights)
        widths = [m.values.shape[1] for m in matrices]
        self.scales = np.repeat([1 / m.multiplier for m in matrices], widths).astype(np.float32)
        self.bias = np.concatenate(
            [
                np.zeros(width, np.float32) if bias is None else bias
                for width, bias in zip(widths, biases, strict=True)
            ]
        )
        self.room = room(inputs, longest(self.weights.T))

    def sums(self, whole: Floats) -> Floats:
        """Exact sums (rows, outputs) for whole-numbered inputs (rows, inputs)."""
        return whole @ self.weights


def longest(rows: Floats) -> float:
    """The Euclidean length of the longest row."""
    return float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max()))


def room(inputs: int, length: float) -> float:
    """How long rows of inputs may be before they are rounded to whole numbers, where the longest
    column of weights has ``length``: rounding adds half the root of their number at most."""
    rounding: float = 0.5 * inputs**0.5
    return min(EXACT / max(length, 1.0), LARGEST) - rounding - 1
