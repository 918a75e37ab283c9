"""What `simalign` and `awesome` have in common: an encoder, its presets, and pairs in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from msgspec import Struct

from projector.alignment.base import TokenPair
from projector.errors import UsageError
from projector.models.encoder import Embedded, Encoder
from projector.records import Link

DEFAULT_MODEL = "bert-base-multilingual-cased"
DEFAULT_LAYER = 8
SHORT = {"bert": DEFAULT_MODEL, "xlmr": "xlm-roberta-base"}


class Preset(Struct, frozen=True):
    """An encoder and the layer that was found to align best; no model where none is published."""

    model: str
    layer: int


PRESETS = {
    "mbert": Preset(DEFAULT_MODEL, 8),
    "labse": Preset("sentence-transformers/LaBSE", 6),  # AccAlign, Wang et al. 2022
    "omnialign": Preset("", 6),  # a LaBSE tuned for alignment; its folder is named with --model
}


class EncoderOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of both engines.

    Attributes:
        preset: an encoder with its layer: mbert, labse or omnialign (see `PRESETS`).
        layer: the encoder's layer (-1: the preset's).
        min_probability: links below it are left out.
        precision: ``fp32``, or ``int8`` on the processor.
        adapter: a folder with a LoRA adapter that was trained for the encoder (needs the extra
            ``lora``).
        device, batch_tokens: see `projector.models.encoder.Encoder`.
    """

    preset: Literal["", "mbert", "labse", "omnialign"] = ""
    layer: int = -1
    min_probability: float = 0.0
    precision: Literal["fp32", "int8"] = "fp32"
    adapter: str = ""
    device: str = "auto"
    batch_tokens: int = 0


class EncoderAligner:
    """The base of both engines.

    Args:
        model: a folder, a hub name, or ``bert`` or ``xlmr``; where none is named, the preset's.
        options: the engine's own struct, already read.

    Raises:
        UsageError: a preset that needs the folder of a model.
    """

    name: ClassVar[str]
    sees_corpus = False

    def __init__(self, model: str, options: EncoderOptions) -> None:
        preset = PRESETS.get(options.preset, Preset(DEFAULT_MODEL, DEFAULT_LAYER))
        self.model = SHORT.get(model, model) or preset.model
        if not self.model:
            raise UsageError(
                f"{self.name}: the preset {options.preset!r} needs the folder of its model: --model"
            )
        self._layer = preset.layer if options.layer < 0 else options.layer
        self._settings = options
        self._encoder: Encoder | None = None

    @property
    def version(self) -> str:
        import transformers

        return f"transformers {transformers.__version__}"

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded when it is first needed."""
        if self._encoder is None:
            o = self._settings
            self._encoder = Encoder(
                self.model,
                self._layer,
                o.device,
                o.precision,
                o.batch_tokens,
                self.name,
                o.adapter,
            )
        return self._encoder

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Nothing to learn here; the encoder was tuned before, or not at all."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair; a side without words (or sub-words) has none."""
        sides = [words for pair in pairs for words in (pair.source, pair.target)]
        embedded = self.encoder.embed(sides)
        return [self.links(embedded[2 * n], embedded[2 * n + 1]) for n in range(len(pairs))]

    def links(self, source: Embedded, target: Embedded) -> list[Link]:
        """Links of one pair from its vectors: each engine's own."""
        raise NotImplementedError

    def close(self) -> None:
        """Free the encoder."""
        self._encoder = None
