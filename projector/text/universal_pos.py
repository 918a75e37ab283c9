"""Universal parts of speech (Nivre et al., LREC 2020): the tag set, and which words are PUNCT."""

from __future__ import annotations

import unicodedata

UNIVERSAL_POS = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
)
JOINER = "+"  # between the tags of the words that one token holds ("PROPN+PART" of "Rome's")
SIGNS = frozenset("%‰&@#*/\\§")  # punctuation to Unicode, symbols or words to the guidelines


def simple_tag(tag: str) -> str:
    """The tag of a token's first word, where it holds several: the tag set has no others."""
    return tag.partition(JOINER)[0] or tag


def is_punctuation(word: str) -> bool:
    """Whether a word is punctuation in every language: nothing but marks (no symbols)."""
    return bool(word) and all(
        unicodedata.category(char).startswith("P") and char not in SIGNS for char in word
    )
