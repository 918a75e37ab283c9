"""Word links by thresholds on two softmaxes, with any awesome-align checkpoint (Dou & Neubig 2021).

An aligner for `projector.alignment.stage`. The checkpoint is a folder (or hub name) of an
encoder, tuned by the awesome-align package or not; the package itself is not needed, and
weights may be in either file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from projector.alignment.base import TokenPair
from projector.alignment.neural import extraction
from projector.alignment.neural.extraction import link_list
from projector.alignment.neural.simalign import DEFAULT_MODEL
from projector.engines import read_options
from projector.errors import UsageError
from projector.models.encoder import Embedded, Encoder
from projector.records import Link


class AwesomeOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        extraction: ``softmax``, or the sparse ``entmax15``.
        threshold: both shares of a pair must be above it (with entmax15, 0 is usual).
        layer: the encoder's layer.
        min_probability: links below it are left out.
        precision, device, batch_tokens: see `projector.models.encoder.Encoder`.
    """

    extraction: str = "softmax"
    threshold: float = 0.001
    layer: int = 8
    min_probability: float = 0.0
    precision: str = "fp32"
    device: str = "auto"
    batch_tokens: int = 0


class AwesomeAligner:
    """Links of sub-words whose shares of each other's attention are above a threshold.

    Scores are plain dot products, as these checkpoints were trained with. A link's probability
    is the harmonic mean of its two shares (largest over the word pair's sub-words).
    """

    name = "awesome"
    Options = AwesomeOptions
    sees_corpus = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(AwesomeOptions, options, self.name)
        self.model = model or DEFAULT_MODEL
        if self.options.extraction not in extraction.SHARES:
            raise UsageError(
                f"awesome: found extraction {self.options.extraction!r}, wanted one of "
                f"{', '.join(extraction.SHARES)}"
            )
        if not 0 <= self.options.threshold < 1:
            raise UsageError(
                f"awesome: found threshold {self.options.threshold}, wanted a number in [0, 1)"
            )
        if self.options.precision not in ("fp32", "int8"):
            raise UsageError(
                f"awesome: found precision {self.options.precision!r}, wanted fp32 or int8"
            )
        self._encoder: Encoder | None = None

    @property
    def version(self) -> str:
        import transformers

        return f"transformers {transformers.__version__}"

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded when it is first needed."""
        if self._encoder is None:
            o = self.options
            self._encoder = Encoder(
                self.model, o.layer, o.device, o.precision, o.batch_tokens, self.name
            )
        return self._encoder

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Nothing to learn here; the checkpoint was tuned before, or not at all."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair; a side without words (or sub-words) has none."""
        sides = [words for pair in pairs for words in (pair.source, pair.target)]
        embedded = self.encoder.embed(sides)
        return [self.links(embedded[2 * n], embedded[2 * n + 1]) for n in range(len(pairs))]

    def links(self, source: Embedded, target: Embedded) -> list[Link]:
        """Links of one pair from its vectors."""
        if not len(source.words) or not len(target.words):
            return []
        scores = source.vectors @ target.vectors.T
        if source.windowed or target.windowed:
            width = self.encoder.window / 2
            scores = scores + extraction.outside(scores.shape, width) * OUT_OF_SIGHT
        forward, backward = extraction.two_way(scores, self.options.extraction)
        linked = (forward > self.options.threshold) & (backward > self.options.threshold)
        chance = extraction.harmonic(forward, backward)
        s_words, t_words = source.words, target.words
        return link_list(
            extraction.best_by_word(linked, s_words, t_words),
            extraction.best_by_word(chance, s_words, t_words),
            s_words[extraction.word_starts(s_words)],
            t_words[extraction.word_starts(t_words)],
            self.options.min_probability,
        )

    def close(self) -> None:
        """Free the encoder."""
        self._encoder = None


OUT_OF_SIGHT = -1e4  # added to the score of a pair that stands too far from the diagonal
