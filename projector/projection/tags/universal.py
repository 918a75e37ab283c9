"""Universal parts of speech that languages annotate differently, brought into the target's ways.

Two differences are structural, not lexical, so they can be seen in the target alone: what stands
before its noun is a determiner (UD tags English possessives PRON, those of most languages DET),
and where the script has capitals a word in small letters is no proper noun (months, directions
and peoples are PROPN in English only).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projector.projection.tags.model import TagModel
from projector.text.universal_pos import is_punctuation

BEFORE_NOUN = ("NOUN", "ADJ", "NUM", "PROPN")


def as_universal(words: Sequence[str], read: np.ndarray, model: TagModel) -> list[str]:
    """One UPOS tag for each word, from the posteriors of `TagModel.read`."""
    names = model.counts.tags
    place = {tag: k for k, tag in enumerate(names)}
    read = read.copy()
    if "PROPN" in place and "NOUN" in place:
        for n, word in enumerate(words):
            if word[:1].islower():
                read[n, place["NOUN"]] += read[n, place["PROPN"]]
                read[n, place["PROPN"]] = 0.0
    tags = [
        "PUNCT" if is_punctuation(word) else names[k]
        for word, k in zip(words, read.argmax(1), strict=True)
    ]
    if "DET" in place:
        for n in range(len(tags) - 1):
            if tags[n] == "PRON" and tags[n + 1] in BEFORE_NOUN:
                tags[n] = "DET"
    return tags
