"""The encoder's layers in numpy: BERT's (Devlin et al. 2019)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from projector.models.e5.file import EncoderFile, Floats, widened

# erf by Abramowitz & Stegun (1964), 7.1.26: within 1.5e-7.
ERF_PLACE = np.float32(0.3275911)
ERF = tuple(map(np.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
ROOT_HALF = np.float32(0.5**0.5)


class Norm(NamedTuple):
    """A layer norm's scale and shift."""

    weight: Floats
    bias: Floats


class Affine(NamedTuple):
    """A linear layer: inputs (rows, in) times ``weight`` (in, out) plus ``bias``."""

    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        out: Floats = rows @ self.weight
        out += self.bias
        return out


class Layer(NamedTuple):
    """One layer; query, key and value in one."""

    attention: Affine
    attended: Affine
    attended_norm: Norm
    inner: Affine
    outer: Affine
    outer_norm: Norm


class Network:
    """The embeddings and the first layers.

    Args:
        layers: how many; the others are not read.

    Raises:
        EngineError: a tensor is missing.
    """

    def __init__(self, file: EncoderFile, layers: int) -> None:
        self.sizes, self._epsilon = file.sizes, np.float32(file.epsilon)
        width = file.sizes.width
        self._rows = file.blocks("emb.word", file.sizes.rows, width)  # widened one by one
        self._places = (
            file.floats("emb.pos", file.sizes.positions, width)
            + file.floats("emb.type", file.sizes.types, width)[0]
        )
        self._norm = self._norm_of(file, "emb.ln")
        self._layers = [self._layer(file, n) for n in range(layers)]

    def _norm_of(self, file: EncoderFile, name: str) -> Norm:
        width = self.sizes.width
        return Norm(file.floats(name + ".w", width), file.floats(name + ".b", width))

    def _layer(self, file: EncoderFile, n: int) -> Layer:
        width, inner = self.sizes.width, self.sizes.inner

        def affine(names: str, inputs: int, outputs: int) -> Affine:
            parts = [f"l{n}.{name}" for name in names.split()]
            weights = [file.matrix(part + ".w", outputs, inputs) for part in parts]
            biases = [file.floats(part + ".b", outputs) for part in parts]
            together = np.ascontiguousarray(np.concatenate(weights).T)
            return Affine(together, np.concatenate(biases))

        return Layer(
            affine("q k v", width, width),
            affine("ao", width, width),
            self._norm_of(file, f"l{n}.aln"),
            affine("fi", width, inner),
            affine("fo", inner, width),
            self._norm_of(file, f"l{n}.oln"),
        )

    def states(self, ids: list[int]) -> Floats:
        """The last layer's states of a text's pieces, (pieces, width)."""
        found: Floats = self.several([ids])[0]
        return found

    def several(self, texts: list[list[int]]) -> Floats:
        """The same for texts of equal length, (texts, pieces, width); their last bits may depend on
        how many there are."""
        many, length = len(texts), len(texts[0])
        x = widened(self._rows[texts].reshape(many * length, -1))
        x += np.tile(self._places[:length], (many, 1))
        self._normalise(x, self._norm)
        for layer in self._layers:
            x += layer.attended(self._attend(layer.attention(x), many))
            self._normalise(x, layer.attended_norm)
            x += layer.outer(gelu(layer.inner(x)))
            self._normalise(x, layer.outer_norm)
        states: Floats = x.reshape(many, length, -1)
        return states

    def _attend(self, mixed: Floats, many: int) -> Floats:
        """What each piece takes from the others of its text; ``mixed``: query, key and value side
        by side."""
        parts = mixed.reshape(many, -1, 3, self.sizes.heads, self.sizes.width // self.sizes.heads)
        query, key, value = np.ascontiguousarray(parts.transpose(2, 0, 3, 1, 4))
        query *= np.float32(query.shape[-1] ** -0.5)
        weight = query @ key.transpose(0, 1, 3, 2)
        weight -= weight.max(-1, keepdims=True)
        np.exp(weight, out=weight)
        weight /= weight.sum(-1, keepdims=True)
        return np.ascontiguousarray((weight @ value).transpose(0, 2, 1, 3)).reshape(len(mixed), -1)

    def _normalise(self, x: Floats, norm: Norm) -> None:
        x -= x.mean(-1, keepdims=True)
        deviation = np.sqrt(np.einsum("ij,ij->i", x, x) / np.float32(x.shape[1]) + self._epsilon)
        x /= deviation[:, None]
        x *= norm.weight
        x += norm.bias


def gelu(x: Floats) -> Floats:
    """x times the normal distribution up to x (Hendrycks & Gimpel 2016)."""
    size = np.abs(x)
    size *= ROOT_HALF
    place = 1 / (1 + ERF_PLACE * size)
    tail = np.full_like(x, ERF[0])
    for term in ERF[1:]:
        tail *= place
        tail += term
    tail *= place
    tail *= np.exp(-size * size)  # 1 - erf of the size
    tail *= np.float32(0.5)
    out: Floats = x * np.where(x < 0, tail, 1 - tail)
    return out
