"""Function words whose part of speech links cannot tell, because English says it otherwise.

A reflexive pronoun or a negation in two parts is linked to nothing, or to the verb; an infinitive's
preposition to English "to", which is a particle. These are words of one class only, by the
guidelines of Universal Dependencies for their languages; words of several classes are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projector.text.languages import base_language


def _of(**classes: str) -> dict[str, str]:
    return {word: tag for tag, words in classes.items() for word in words.split()}


FUNCTION_WORDS: dict[str, dict[str, str]] = {
    "ca": _of(ADP="a amb de d' d’ en per", ADV="no", PRON="s' s’ se"),
    "da": _of(ADV="ikke", PRON="sig"),
    "de": _of(
        ADV="dafür dagegen danach daran darauf daraus darin darüber darunter davon davor dazu hin",
        DET="des eines",
        PART="nicht",
        PRON="jemand jemanden nichts niemand niemanden sich",
        SCONJ="dass daß",
    ),
    "es": _of(ADP="a con de en para por", ADV="no", PRON="se"),
    "fr": _of(ADP="à avec dans de d' d’ pour sans", ADV="n' n’ ne pas", PRON="s' s’ se"),
    "it": _of(ADP="con da di in per", ADV="non", PRON="s' s’ si"),
    "nb": _of(PART="ikke", PRON="seg"),
    "nl": _of(ADV="niet", PRON="zich"),
    "pl": _of(PART="nie", PRON="się"),
    "pt": _of(ADP="com de em para por", ADV="não"),
    "ro": _of(PART="nu", PRON="se"),
    "ru": _of(PART="не"),
    "sv": _of(PART="inte", PRON="sig"),
}


def override_votes(
    votes: Sequence[dict[str, float]], words: Sequence[str], lang: str
) -> list[dict[str, float]]:
    """The votes on UPOS tags, with one sure vote in place of the links' for the words listed."""
    known: Mapping[str, str] = FUNCTION_WORDS.get(base_language(lang), {})
    if not known:
        return list(votes)
    found = []
    for row, word in zip(votes, words, strict=True):
        tag = known.get(word.lower())
        found.append(row if tag is None else {tag: 1.0})
    return found
