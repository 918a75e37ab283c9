"""Word links from a multilingual encoder without training (SimAlign, Jalili Sabet et al. 2020).

An aligner for `projector.alignment.stage`. It gives link for link what the package ``simalign``
gives, in batches, with a probability for each link.
"""

from __future__ import annotations

from projector.alignment.neural import extraction
from projector.alignment.neural.encoder_aligner import EncoderAligner, EncoderOptions
from projector.alignment.neural.extraction import link_list
from projector.engines import read_options
from projector.errors import UsageError, suggestion
from projector.models.encoder import Embedded
from projector.records import Link


class SimAlignOptions(EncoderOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine, besides those of `EncoderOptions`.

    Attributes:
        method: argmax (or inter), itermax, match (or mwmf), fwd, rev.
        token_type: ``bpe`` links sub-words (words are linked if any of their sub-words are),
            ``word`` links the means of the words' sub-words.
        distortion: how much far-apart positions count against a link (0: not at all).
        rounds: of itermax.
        temperature: of the softmax over cosines that the probabilities come from.
    """

    method: str = "itermax"
    token_type: str = "bpe"
    distortion: float = 0.0
    rounds: int = 2
    temperature: float = 0.05


class SimAligner(EncoderAligner):
    """Links by similarity of contextual vectors.

    The probability of a link is the harmonic mean of two softmaxes over the cosines of the word
    pairs, one over the target words and one over the source words: near 1 where the two words
    are much more alike than either is to any other word. It is an ordering first and a
    probability second: the temperature was not fitted to any encoder.
    """

    name = "simalign"
    Options = SimAlignOptions

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(SimAlignOptions, options, self.name)
        super().__init__(model, self.options)
        method = self.options.method
        known = {*extraction.METHODS, *extraction.ALIASES}
        if method not in known:
            raise UsageError(
                f"simalign: no method is called {method!r}" + suggestion(method, known)
            )
        self.method = extraction.ALIASES.get(method, method)
        if self.options.token_type not in ("bpe", "word"):
            raise UsageError(
                f"simalign: found token_type {self.options.token_type!r}, wanted bpe or word"
            )
        if self.options.temperature <= 0:
            raise UsageError(
                f"simalign: found temperature {self.options.temperature}, wanted more than 0"
            )

    def links(self, source: Embedded, target: Embedded) -> list[Link]:
        """Links of one pair from its vectors."""
        if not len(source.words) or not len(target.words):
            return []
        s_vectors, s_words = source.vectors, source.words
        t_vectors, t_words = target.vectors, target.words
        if self.options.token_type == "word":
            s_vectors, s_words = extraction.mean_by_word(s_vectors, s_words)
            t_vectors, t_words = extraction.mean_by_word(t_vectors, t_words)
        plain = extraction.cosine(s_vectors, t_vectors)
        similarity = extraction.distorted(plain, self.options.distortion)
        if source.windowed or target.windowed:
            similarity = extraction.banded(similarity, self.encoder.window / 2)
        if self.method == "itermax":
            linked = extraction.iterated(similarity, self.options.rounds)
        else:
            linked = extraction.METHODS[self.method](similarity)
        linked = linked & (similarity > 0)
        # From here on by words: a pair of words is linked if any of its sub-words are.
        linked = extraction.best_by_word(linked, s_words, t_words)
        alike = 2.0 * extraction.best_by_word(similarity, s_words, t_words)
        chance = extraction.harmonic(*extraction.two_way(alike / self.options.temperature))
        s_ids = s_words[extraction.word_starts(s_words)]
        t_ids = t_words[extraction.word_starts(t_words)]
        return link_list(linked, chance, s_ids, t_ids, self.options.min_probability)
