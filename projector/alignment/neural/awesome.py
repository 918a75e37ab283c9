"""Word links by thresholds on two softmaxes, with any awesome-align checkpoint (Dou & Neubig 2021).

An aligner for `projector.alignment.stage`. The checkpoint is a folder (or hub name) of an
encoder, tuned by the awesome-align package or not; the package itself is not needed, and
weights may be in either file format.
"""

from __future__ import annotations

from projector.alignment.neural import extraction
from projector.alignment.neural.encoder_aligner import EncoderAligner, EncoderOptions
from projector.alignment.neural.extraction import link_list
from projector.engines import read_options
from projector.errors import UsageError
from projector.models.encoder import Embedded
from projector.records import Link

OUT_OF_SIGHT = -1e4  # added to the score of a pair that stands too far from the diagonal


class AwesomeOptions(EncoderOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `EncoderOptions`.

    Attributes:
        extraction: ``softmax``, or the sparse ``entmax15``.
        threshold: both shares of a pair must be above it (with entmax15, 0 is usual).
    """

    extraction: str = "softmax"
    threshold: float = 0.001


class AwesomeAligner(EncoderAligner):
    """Links of sub-words whose shares of each other's attention are above a threshold.

    Scores are plain dot products, as these checkpoints were trained with. A link's probability
    is the harmonic mean of its two shares (largest over the word pair's sub-words).
    """

    name = "awesome"
    Options = AwesomeOptions

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(AwesomeOptions, options, self.name)
        super().__init__(model, self.options)
        if self.options.extraction not in extraction.SHARES:
            raise UsageError(
                f"awesome: found extraction {self.options.extraction!r}, wanted one of "
                f"{', '.join(extraction.SHARES)}"
            )
        if not 0 <= self.options.threshold < 1:
            raise UsageError(
                f"awesome: found threshold {self.options.threshold}, wanted a number in [0, 1)"
            )

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
