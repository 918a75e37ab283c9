"""The shape of a student, read from its configuration: sizes, depths and the names of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from projector.errors import EngineError
from projector.models.marian.weights import ModelFile

LARGEST_SIZE = 1 << 20

# Settings that change the computation, and the one value of each that is computed here.
ONLY: Mapping[str, object] = {
    "type": "transformer",
    "dec-cell": "ssru",
    "transformer-decoder-autoreg": "rnn",
    "transformer-postprocess": "dan",
    "transformer-preprocess": "",
    "transformer-postprocess-top": "",
    "transformer-no-projection": False,
    "transformer-train-position-embeddings": False,
    "transformer-ffn-depth": 2,
    "transformer-rnn-projection": False,
    "transformer-pool": False,
    "layer-normalization": False,
    "right-left": False,
    "ulr": False,
    "lemma-dim-emb": 0,
}
ACTIVATIONS = ("relu", "swish")


class Architecture(NamedTuple):
    """Sizes of a student and the names of its embeddings.

    Attributes:
        dimensions, heads, inner: of the states, of attention, of the feed-forward layers.
        encoder, decoder: the layer number in the file of each layer in order (tied layers repeat).
        activation: ``relu`` or ``swish``.
        source, target: names of the embedding matrices.
        output: name of the output matrix, the target's embeddings mostly.
        output_by_word: the output matrix is (vocabulary, dimensions).
        vocabularies: numbers of pieces, source and target.
    """

    dimensions: int
    heads: int
    inner: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    activation: str
    source: str
    target: str
    output: str
    output_by_word: bool
    vocabularies: tuple[int, int]


def read_architecture(model: ModelFile) -> Architecture:
    """The architecture that a model's configuration describes.

    Raises:
        EngineError: a setting is missing, is no size, or asks for what is not computed here.
    """
    settings = model.configuration
    for name, wanted in ONLY.items():
        found = settings.get(name, wanted)
        if found != wanted:
            raise EngineError(
                f"{model.path}: {name} is {found!r}, wanted {wanted!r}: only the students of "
                "Firefox Translations (transformer encoder, SSRU decoder) are read"
            )
    activation = settings.get("transformer-ffn-activation", "relu")
    if activation not in ACTIVATIONS:
        raise EngineError(
            f"{model.path}: transformer-ffn-activation is {activation!r}, wanted "
            + " or ".join(ACTIVATIONS)
        )
    depths = [_size(settings, name, model.path, 100) for name in ("enc-depth", "dec-depth")]
    tied = settings.get("transformer-tied-layers") or []
    layers = []
    for depth in depths:
        numbers = tied if tied else list(range(1, depth + 1))
        if (
            not isinstance(numbers, list)
            or len(numbers) < depth
            or not all(isinstance(n, int) and 0 < n <= depth for n in numbers)
        ):
            raise EngineError(f"{model.path}: transformer-tied-layers is {tied!r} at depth {depth}")
        layers.append(tuple(numbers[:depth]))
    dimensions = _size(settings, "dim-emb", model.path)
    heads = _size(settings, "transformer-heads", model.path, 256)
    if dimensions % heads or dimensions % 2 or dimensions < 4:
        raise EngineError(f"{model.path}: dim-emb {dimensions} does not fit {heads} heads")
    vocabularies = settings.get("dim-vocabs")
    if (
        not isinstance(vocabularies, list)
        or len(vocabularies) != 2
        or not all(isinstance(n, int) and 0 < n <= LARGEST_SIZE for n in vocabularies)
    ):
        raise EngineError(f"{model.path}: dim-vocabs is {vocabularies!r}, wanted two sizes")
    everything = settings.get("tied-embeddings-all", False)
    both = everything or settings.get("tied-embeddings-src", False)
    source, target = ("Wemb", "Wemb") if both else ("encoder_Wemb", "decoder_Wemb")
    if everything or settings.get("tied-embeddings", False):
        output, by_word = target, True
    elif "decoder_ff_logit_out_Wt" in model.matrices:
        output, by_word = "decoder_ff_logit_out_Wt", True
    else:
        output, by_word = "decoder_ff_logit_out_W", False
    return Architecture(
        dimensions,
        heads,
        _size(settings, "transformer-dim-ffn", model.path),
        layers[0],
        layers[1],
        str(activation),
        source,
        target,
        output,
        by_word,
        (vocabularies[0], vocabularies[1]),
    )


def _size(
    settings: Mapping[str, object], name: str, path: Path, largest: int = LARGEST_SIZE
) -> int:
    found = settings.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= largest:
        raise EngineError(f"{path}: {name} is {found!r}, wanted a number from 1 to {largest}")
    return found
