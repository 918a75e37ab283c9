"""Mentions that are pronouns: found as clitics, or on the verb whose subject the target drops.

Word links lead from words to words. An English "it" may stand inside the target's verb ("traerlo"),
before it without a link of its own, or nowhere: Spanish "duele" needs no subject. After a method
has projected a pair's spans, those that are a single English pronoun are looked at again: a place
that cannot be a pronoun of that person is given up, and the verb that governs the pronoun
(`governor`), by its links, leads to the clitic (`clitics`) or, if that is wanted, to the finite
verb, as AnCora annotates elliptical subjects (Recasens & Martí 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from projector.projection.base import Projection
from projector.projection.conventions.closed_classes import WordClass, listed, source_class
from projector.projection.pronouns.clitics import enclitics, hyphenated, proclitics
from projector.projection.pronouns.forms import (
    APOSTROPHES,
    SUBJECT,
    Pronoun,
    PronounForms,
    bare,
    english,
    pronoun_forms,
)
from projector.projection.pronouns.governor import (
    AUXILIARIES,
    Governor,
    governor,
    is_possessive,
)
from projector.projection.pronouns.verbs import verb_forms
from projector.projection.token_runs import token_run
from projector.records import Offsets, Pair
from projector.text.languages import base_language

MIN_LINK = 0.3  # link probability from which the verb's translation is followed
FOUND = 0.87  # share of places found through a certain link that were right, of those read in
# draws of tests/benchmarks/pronouns.py
NEAR_VERB = 3  # tokens from a finite verb within which its subject pronoun is looked for
MIN_OWN_LINK = 0.5  # link probability from which a free pronoun belongs to another source word


class PronounOptions(Struct, frozen=True):
    """What becomes of mentions that are pronouns.

    ``clitics``: of one that is part of a word, that part (``part``), the whole word (``word``), or
    nothing is looked for at all (``off``). ``dropped_subjects``: a subject that the target leaves
    out is dropped (``drop``), or stands on the finite verb (``verb``).
    """

    clitics: Literal["part", "word", "off"] = "part"
    dropped_subjects: Literal["drop", "verb"] = "drop"


def recover_pronouns(
    pair: Pair, found: Sequence[Projection], options: PronounOptions
) -> list[Projection]:
    """The projections of a pair's spans, those of pronouns looked at again.

    Only pairs from English, with tokens and links, to a language whose pronouns are known or that
    drops subjects; all other projections come back as they are.
    """
    source, target = pair.source, pair.target
    forms = pronoun_forms(target.lang)
    if (
        options.clitics == "off"
        or base_language(source.lang) != "en"
        or not (pair.alignment and source.tokens and target.tokens)
        or not (forms.known or forms.drops_subjects)
    ):
        return list(found)
    mentions: list[tuple[int, int, Pronoun]] = []  # span, source token, pronoun
    pronouns = english()
    for n, span in enumerate(source.spans):
        pronoun = pronouns.get(span.surface(source.text).lower())
        if pronoun is None:
            continue
        first, end = token_run(source, (span.start, span.end))
        if end == first + 1 and not is_possessive(source.words(), first):
            mentions.append((n, first, pronoun))
    if not mentions:
        return list(found)
    return _Recovery(pair, forms, options).all(found, mentions)


class _Recovery:
    """The pronouns of one pair."""

    def __init__(self, pair: Pair, forms: PronounForms, options: PronounOptions) -> None:
        self.forms = forms
        self.options = options
        self.pair = pair
        self.verbs = verb_forms(pair.target.lang)
        self.source_words = pair.source.words()
        self.words = pair.target.words()
        self.tokens = pair.target.tokens or []
        self.closed = listed(pair.target.lang)
        # The strongest link of each token, to either side.
        self.to_target: dict[int, tuple[float, int]] = {}
        self.to_source: dict[int, tuple[float, int]] = {}
        for i, j, p in pair.alignment or ():
            self.to_target[i] = max(self.to_target.get(i, (0.0, 0)), (p, j))
            self.to_source[j] = max(self.to_source.get(j, (0.0, 0)), (p, i))

    def all(
        self, found: Sequence[Projection], mentions: Sequence[tuple[int, int, Pronoun]]
    ) -> list[Projection]:
        """See `recover_pronouns`."""
        done = list(found)
        verbs = {n: governor(self.source_words, at) for n, at, _ in mentions}
        open_mentions = []
        for n, at, pronoun in mentions:
            if not self._stands(done[n], at, pronoun, verbs[n]):
                open_mentions.append((n, at, pronoun))
                done[n] = Projection(None, 0.0, "no_pronoun", "its verb has no such pronoun")
        taken = {
            self._token(projection.pieces[0])
            for projection in done
            if projection.pieces and len(projection.pieces) == 1
        }
        for n, at, pronoun in open_mentions:
            verb = verbs[n]
            place = self._place(verb, at, pronoun, taken) if verb else None
            if place is not None:
                done[n] = place
                if place.pieces:
                    taken.add(self._token(place.pieces[0]))
            elif found[n].pieces is None:
                done[n] = found[n]
        return done

    def _token(self, place: Offsets) -> int:
        """The one token of a place that is a free word; -1 for all other places."""
        first, end = token_run(self.pair.target, place)
        return first if end == first + 1 and self.tokens[first] == place else -1

    def _stands(
        self, projection: Projection, at: int, pronoun: Pronoun, verb: Governor | None
    ) -> bool:
        """Whether the place that was found may be the pronoun's."""
        if projection.pieces is None:
            return False
        if len(projection.pieces) > 1 or not self.forms.known:
            return True
        number = self._token(projection.pieces[0])
        if number < 0:
            return True
        word = bare(self.words[number])
        persons = self.forms.persons(word)
        if persons:
            return bool(persons & pronoun.persons)
        if word in self.closed or word in self.forms.negations:
            return False
        return verb is None or number not in self._verbs(verb)

    def _verbs(self, verb: Governor) -> list[int]:
        """The target tokens that a verb's words are linked to, the finite one's first."""
        found = []
        for i in verb.verbs:
            p, j = self.to_target.get(i, (0.0, -1))
            if p >= MIN_LINK and self._may_be_verb(j) and j not in found:
                found.append(j)
        return found

    def _may_be_verb(self, number: int) -> bool:
        word = bare(self.words[number])
        return (
            word[:1].isalpha()
            and word not in self.closed
            and word not in self.forms.negations
            and not self.forms.persons(word)
        )

    def _place(
        self, verb: Governor, at: int, pronoun: Pronoun, taken: set[int]
    ) -> Projection | None:
        verbs = self._verbs(verb)
        if not verbs:
            return None
        link = max(self.to_target[i][0] for i in verb.verbs if i in self.to_target)
        for number in verbs:
            place = (
                self._subject(number, at, pronoun, taken)
                if verb.role == SUBJECT
                else self._clitic(number, at, verb, pronoun, taken)
            )
            if place is not None:
                return Projection([place], round(FOUND * link, 4))
        if verb.role != SUBJECT or not self.forms.drops_subjects:
            return None
        if self.options.dropped_subjects == "verb":
            finite = next((v for x in verbs if (v := self._finite(x, pronoun)) is not None), None)
            if finite is None:
                return Projection(None, 0.0, "dropped_subject", "no finite verb of this person")
            return Projection([self.tokens[finite]], round(FOUND * link, 4))
        return Projection(None, 0.0, "dropped_subject", "the target leaves this subject out")

    def _fits(self, form: str, pronoun: Pronoun) -> bool:
        return bool(self.forms.clitics.get(form, frozenset()) & pronoun.persons)

    def _clitic(
        self, number: int, at: int, verb: Governor, pronoun: Pronoun, taken: set[int]
    ) -> Offsets | None:
        """A clitic of the person, in the verb or before it."""
        word, (start, end) = self.words[number], self.tokens[number]
        inside = hyphenated(word, self.forms)
        inside += enclitics(word, self.forms.lang, verb.imperative)
        for form, (a, b) in inside:
            if self._fits(form, pronoun):
                return (start + a, start + b) if self.options.clitics == "part" else (start, end)
        before = proclitics(self.words, number, self.forms, self._is_other_verb, taken)
        follows = number + 1  # "porta'" "l"
        if follows < len(self.words) and word[-1] in APOSTROPHES and follows not in taken:
            before.append(follows)
        for candidate in before:
            if self._fits(bare(self.words[candidate]), pronoun) and self._is_free(candidate, at):
                return self.tokens[candidate]
        return None

    def _subject(self, number: int, at: int, pronoun: Pronoun, taken: set[int]) -> Offsets | None:
        """A subject pronoun of the person near the finite verb."""
        low, high = max(0, number - NEAR_VERB), min(len(self.words), number + NEAR_VERB + 1)
        near = sorted(range(low, high), key=lambda j: (abs(j - number), j))
        for candidate in near:
            persons = self.forms.strong.get(bare(self.words[candidate]), frozenset())
            if persons & pronoun.persons and candidate not in taken:
                between = range(min(candidate, number) + 1, max(candidate, number))
                words = all(any(map(str.isalnum, self.words[j])) for j in between)
                if words and self._is_free(candidate, at):
                    return self.tokens[candidate]
        return None

    def _finite(self, number: int, pronoun: Pronoun) -> int | None:
        """The verb if its form may be of the person, or the auxiliary before it that is."""
        for at in range(number, max(-1, number - NEAR_VERB), -1):
            word = bare(self.words[at])
            if self.verbs.is_auxiliary(word) or at == number:
                if self.verbs.agrees(word, pronoun.persons):
                    return at
            elif not word.isalpha():
                break
        return None

    def _is_free(self, number: int, at: int) -> bool:
        """Whether a target token is not surely linked to another pronoun or to an article (a link
        to a verb is as good as none: the clitic leans on it)."""
        p, i = self.to_source.get(number, (0.0, at))
        other = self.source_words[i].lower()
        return p < MIN_OWN_LINK or i == at or (other not in english() and _is_open_class(other))

    def _is_other_verb(self, number: int) -> bool:
        p, i = self.to_source.get(number, (0.0, -1))
        word = self.source_words[i].lower() if p >= MIN_LINK else ""
        return word in AUXILIARIES and self._may_be_verb(number)


def _is_open_class(word: str) -> bool:
    return source_class(word, "en") == WordClass.NONE
