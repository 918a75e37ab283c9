"""The verb that an English pronoun belongs to, found by the order of words and closed lists.

No parser runs when spans are projected, and none is needed here: English pronouns show their case
or stand in fixed places ("it works", "is it", "find it"). Where the order leaves doubt, there is
no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from projector.projection.conventions.closed_classes import WordClass, source_class
from projector.projection.pronouns.forms import EITHER, OBJECT, SUBJECT, english

_BE = frozenset("am is are was were be been being isn aren wasn weren 'm 're".split())
_MODALS = frozenset(
    "will would can could shall should may might must cannot won wouldn couldn shouldn 'll".split()
)
_HAVE_DO = frozenset(
    "have has had having do does did haven hasn hadn don doesn didn 've 's 'd".split()
)
AUXILIARIES = _BE | _MODALS | _HAVE_DO
_ADVERBS = frozenset(
    "not n't 't never always often also still just already now then really only even soon ever "
    "again almost probably perhaps maybe simply usually sometimes rarely seldom both all".split()
)
_WH = frozenset("who what where when why how which whom whether".split())
_SUBORDINATORS = frozenset("that as because than then so".split())
_POLITE = frozenset(("please", "kindly"))
_PARTICIPLES = ("ing", "ed", "en")
MAX_SKIPPED = 3  # words between a pronoun and its verb


class Governor(NamedTuple):
    """The verb of a pronoun: ``verbs`` are token numbers, the finite one first; ``role`` is
    `SUBJECT` or `OBJECT`; ``imperative``: the verb has no subject of its own before it."""

    verbs: tuple[int, ...]
    role: str
    imperative: bool = False


def governor(words: Sequence[str], at: int) -> Governor | None:
    """The governor of the English pronoun that is token ``at``, or None if word order does not
    tell."""
    lower = [word.lower().replace("’", "'") for word in words]
    pronoun = english().get(lower[at])
    if pronoun is None:
        return None
    role = pronoun.role
    if is_possessive(words, at):
        return None
    if role == EITHER:
        role = _role(lower, at)
    return _subject(lower, at) if role == SUBJECT else _object(lower, at)


def is_possessive(words: Sequence[str], at: int) -> bool:
    """Whether token ``at`` is a "her" with a noun after it."""
    return words[at].lower() == "her" and _opens_noun_phrase([w.lower() for w in words], at + 1)


def _is_word(lower: Sequence[str], at: int) -> bool:
    return 0 <= at < len(lower) and any(map(str.isalnum, lower[at]))


def _is_open(lower: Sequence[str], at: int) -> bool:
    """A word that may be a verb: none of the closed classes, no pronoun, no adverb."""
    return (
        _is_word(lower, at)
        and (source_class(lower[at], "en") == WordClass.NONE or _is_like(lower, at))
        and lower[at] not in english()
        and not _is_adverb(lower[at])
        and lower[at] not in _WH
    )


def _is_like(lower: Sequence[str], at: int) -> bool:
    """Whether a word is the verb "like" rather than the preposition."""
    before = lower[at - 1] if at else ""
    return lower[at] == "like" and (
        before in english() or before in AUXILIARIES or _is_adverb(before)
    )


def _is_adverb(word: str) -> bool:
    return word in _ADVERBS or (len(word) > 4 and word.endswith("ly"))


def _opens_noun_phrase(lower: Sequence[str], at: int) -> bool:
    return _is_open(lower, at) and lower[at] not in AUXILIARIES


def _role(lower: Sequence[str], at: int) -> str:
    """Whether "it" or "you" is a subject here."""
    before = lower[at - 1] if at else ""
    if not _is_word(lower, at - 1) or before in _WH or before in _SUBORDINATORS:
        return SUBJECT
    if before in _BE or before in _MODALS:
        return SUBJECT
    if before in _HAVE_DO:
        return SUBJECT if _opens_noun_phrase(lower, at + 1) else OBJECT
    if source_class(before, "en") == WordClass.CONJUNCTION:
        return SUBJECT
    follows = lower[at + 1] if at + 1 < len(lower) else ""
    if follows in AUXILIARIES and source_class(before, "en") != WordClass.ADPOSITION:
        return SUBJECT
    if _opens_noun_phrase(lower, at + 1) and _ends_phrase(lower, at - 1):
        return SUBJECT  # "on Sunday it rests"
    return OBJECT


def _ends_phrase(lower: Sequence[str], at: int) -> bool:
    """Whether a word is a noun by the article or preposition before it."""
    before = lower[at - 1] if at > 0 else ""
    kind = source_class(before, "en")
    return before != "to" and kind in (WordClass.DETERMINER, WordClass.ADPOSITION)


def _skip_right(lower: Sequence[str], at: int) -> int:
    end = at + MAX_SKIPPED
    while at < end and at < len(lower) and _is_adverb(lower[at]):
        at += 1
    return at


def _subject(lower: Sequence[str], at: int) -> Governor | None:
    verbs: list[int] = []
    follows = _skip_right(lower, at + 1)
    if at and lower[at - 1] in AUXILIARIES and lower[at - 1] not in ("'s", "'d"):
        verbs.append(at - 1)  # a question: "is it", "did she say"
        if _is_open(lower, follows):
            verbs.append(follows)
        return Governor(tuple(verbs), SUBJECT)
    while _is_open(lower, follows) or (follows < len(lower) and lower[follows] in AUXILIARIES):
        if verbs and lower[verbs[-1]] in _BE and not lower[follows].endswith(_PARTICIPLES):
            break  # an adjective or noun
        verbs.append(follows)
        if lower[follows] not in AUXILIARIES:
            break
        follows = _skip_right(lower, follows + 1)
    return Governor(tuple(verbs), SUBJECT) if verbs else None


def _object(lower: Sequence[str], at: int) -> Governor | None:
    verb = at - 1
    if verb > 0 and lower[verb] in ("to", "for") and lower[verb - 1] in english():
        verb -= 1  # "show it to me"
    skipped = 0
    while verb >= 0 and lower[verb] in english() and skipped < MAX_SKIPPED:
        verb -= 1
        skipped += 1
    if not _is_open(lower, verb) and not (verb >= 0 and lower[verb] in _HAVE_DO):
        return None
    before = lower[verb - 1] if verb else ""
    if _ends_phrase(lower, verb):
        return None  # a noun: "the house it needs"
    imperative = not _is_word(lower, verb - 1) or before in _POLITE
    imperative = imperative or source_class(before, "en") == WordClass.CONJUNCTION
    imperative = imperative or _is_adverb(before)
    return Governor((verb,), OBJECT, imperative)
