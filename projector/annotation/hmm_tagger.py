"""Parts of speech by the project's own hidden Markov model, trained on projected tags.

An engine of the stage `projector.annotation.stage`. The model is a file that ``xproject probe
SILVER --layer upos --save FILE`` wrote (`projector.models.hmm_tagger`): what projection said of
parallel text, generalised to any text of the language.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from projector.annotation.base import Annotation
from projector.engines import read_options
from projector.errors import EngineError, UsageError
from projector.models.hmm_tagger import UPOS, HmmTagger
from projector.records import Document
from projector.text.languages import base_language
from projector.text.sentences import split_sentences
from projector.text.tokens import with_tokens


class HmmTaggerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No options but the model."""


class HmmTaggerAnnotator:
    """See the module's docstring.

    Args:
        model: the file.

    Raises:
        UsageError: no file named.
        DataError: it cannot be read, or is no tagger.
        EngineError: it was trained on another layer than Universal POS.
    """

    name = "hmm-tagger"
    version = "1"
    Options = HmmTaggerOptions

    def __init__(self, model: str = "", **options: object) -> None:
        read_options(HmmTaggerOptions, options, self.name)
        if not model:
            raise UsageError(
                "hmm-tagger: found no model, wanted --model FILE "
                "(xproject probe SILVER --layer upos --save FILE writes it)"
            )
        self.model = model
        self._tagger = HmmTagger.load(model)
        if self._tagger.layer != UPOS:
            raise EngineError(
                f"hmm-tagger: {model!r} was trained on the layer {self._tagger.layer!r}, wanted "
                f"{UPOS!r}"
            )

    def layers(self, lang: str) -> frozenset[str]:
        """Tokens, sentences and parts of speech.

        Raises:
            EngineError: the model was trained on another language.
        """
        known = self._tagger.lang
        if known and base_language(lang) != known:
            raise EngineError(
                f"hmm-tagger: {self.model!r} was trained on {known!r}, found text in {lang!r}"
            )
        return frozenset({"tokens", "sentences", "pos"})

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """One annotation for each document; a document that brings its tokens keeps them."""
        return [self._annotated(document, lang) for document in documents]

    def _annotated(self, document: Document, lang: str) -> Annotation:
        whole = with_tokens(replace(document, lang=document.lang or lang))
        tokens, words = list(whole.tokens or ()), whole.words()
        sentences = split_sentences(document.text, lang)
        starts = [start for start, _ in tokens]
        cuts = [bisect_left(starts, start) for start, _ in sentences[1:]]
        bounds = [0, *cuts, len(tokens)]
        pos: list[str] = []
        for first, end in pairwise(bounds):
            pos += self._tagger.tag([words[first:end]])[0]
        return Annotation(tokens, sentences, pos, [], [], [])

    def close(self) -> None:
        """Nothing to free."""
