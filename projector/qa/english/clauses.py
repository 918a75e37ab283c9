"""The clause around an answer: subject, verb group and the rest, or None where it is not clear.

Deliberately narrow: a clause whose parts are in doubt is refused, so that the questions made from
the others can be read by people and trained on.
"""

from __future__ import annotations

from msgspec import Struct

from projector.qa.english.analysis import Word

FINITE = frozenset(("past", "pres", "p3", "modal"))
IN_NOUN_PHRASE = frozenset(("det", "adj", "noun", "name", "num", "unknown", "gen"))
BREAKS = frozenset(';:—–()[]"“”«»…')
PREPOSITIONS = frozenset(
    """in on at by of for from to with about into over under during since until through between
    against near after before behind beside within across around among""".split()
)
SUBORDINATORS = frozenset(
    """that because although though while whereas if unless whether since as when where after
    before until so than""".split()
)


class Clause(Struct, frozen=True):
    """Word numbers in the sentence, ends exclusive: ``subject``, ``verbs``, ``rest``.

    ``lead`` is a prepositional phrase before the subject, set off by a comma. ``skip`` is an
    apposition between subject and verb, left out of the question.
    """

    lead: tuple[int, int]
    subject: tuple[int, int]
    verbs: tuple[int, int]
    rest: tuple[int, int]


def normalised(words: list[Word]) -> list[Word]:
    """Part-of-speech mending that the rules rely on: prepositions tagged as adverbs."""
    out = []
    for n, word in enumerate(words):
        after = words[n + 1] if n + 1 < len(words) else None
        if (
            word.pos in ("adv", "sub")
            and word.lemma.lower() in PREPOSITIONS
            and after is not None
            and after.pos in IN_NOUN_PHRASE | {"pron"}
            and not (word.pos == "sub" and _has_finite(words[n + 1 : n + 6]))
        ):
            word = _with_pos(word, "adp")
        out.append(word)
    return out


def _with_pos(word: Word, pos: str) -> Word:
    return Word(word.text, word.start, word.end, word.lemma, pos, kind=word.kind)


def _has_finite(words: list[Word]) -> bool:
    return any(w.pos in ("verb", "aux") and w.form in FINITE for w in words)


def clause_around(words: list[Word], first: int, after: int) -> Clause | None:
    """The finite clause around words ``first`` to ``after`` (exclusive), if it is a plain one."""
    start, end = _stretch(words, first, after)
    lead = (start, start)
    commas = [n for n in range(start, end) if words[n].text == ","]
    if commas and words[start].pos == "adp" and not _has_finite(words[start : commas[0]]):
        lead = (start, commas[0])
        start = commas.pop(0) + 1
    start, end = _without_other_commas(words, commas, start, end, first, after, lead)
    if start < 0:
        return None
    start = _after_opening(words, start, first)
    verb = next(
        (n for n in range(start, end) if words[n].pos in ("verb", "aux") and words[n].form), None
    )
    if verb is None or words[verb].form not in FINITE:
        return None
    subject_end = verb
    while subject_end > start and words[subject_end - 1].pos == "adv":
        subject_end -= 1
    if not is_noun_phrase(words[start:subject_end]):
        return None
    verb_end = _verb_group_end(words, verb, end)
    if verb_end is None:
        return None
    rest_end = _rest_end(words, verb_end, end)
    return Clause(lead, (start, subject_end), (verb, verb_end), (verb_end, rest_end))


def _stretch(words: list[Word], first: int, after: int) -> tuple[int, int]:
    """From the last strong break before the answer to the first one after it."""
    start = first
    while start > 0 and not _breaks(words[start - 1]):
        start -= 1
    end = after
    while end < len(words) and not _breaks(words[end]) and words[end].text not in ".!?":
        end += 1
    # A subordinate clause with the answer in it is a clause of its own.
    for n in range(first - 1, start - 1, -1):
        opens = words[n].pos in ("sub", "wh") or words[n].lemma.lower() == "that"
        if opens and words[n].pos != "det" and _has_finite(words[n + 1 : end]):
            return n + 1, end
        if words[n].pos == "conj" and _own_subject(words, n + 1, end):
            return n + 1, end
    return start, end


def _breaks(word: Word) -> bool:
    return word.pos == "punct" and any(c in BREAKS for c in word.text)


def _own_subject(words: list[Word], start: int, end: int) -> bool:
    """True if a noun phrase and a finite verb follow, which makes a clause of its own."""
    n = start
    while n < end and words[n].pos in IN_NOUN_PHRASE | {"adp", "pron"}:
        n += 1
    return n > start and n < end and words[n].pos in ("verb", "aux") and words[n].form in FINITE


def _without_other_commas(
    words: list[Word], commas: list[int], start: int, end: int, first: int, after: int,
    lead: tuple[int, int],
) -> tuple[int, int]:  # fmt: skip
    """Cut at the commas around the answer; ``(-1, -1)`` where that leaves no plain clause."""
    if lead[0] <= first < lead[1]:
        return start, min([c for c in commas if c >= start], default=end)
    for comma in commas:
        if comma < first:
            start = comma + 1
        elif comma >= after:
            end = comma
            break
        else:
            return -1, -1
    return start, end


def _after_opening(words: list[Word], start: int, first: int) -> int:
    while start < first and (
        words[start].pos in ("conj", "sub", "adv") or words[start].lemma.lower() == "that"
    ):
        start += 1
    return start


def is_noun_phrase(words: list[Word]) -> bool:
    """True for one noun phrase with a head, possibly with an "of" or "in" phrase, or "and"."""
    if not words or words[0].pos in ("adp", "conj", "gen"):
        return False
    for n, word in enumerate(words):
        joins = (
            word.lemma.lower() in ("of", "for", "from", "in", "and", "to")
            and 0 < n < len(words) - 1
        )
        if word.pos not in IN_NOUN_PHRASE and not (word.pos in ("adp", "conj") and joins):
            return False
    return words[-1].pos in ("noun", "name", "unknown", "num") and any(
        w.pos in ("noun", "name", "unknown") for w in words
    )


def _verb_group_end(words: list[Word], verb: int, end: int) -> int | None:
    """After the main verb of a group that begins with a finite word; None if it is broken off."""
    n = verb
    if words[n].pos == "verb":
        return n + 1
    last = n + 1
    n += 1
    while n < end and (
        words[n].pos == "adv" or (words[n].pos in ("aux", "verb") and words[n].form not in FINITE)
    ):
        if words[n].pos in ("aux", "verb"):
            last = n + 1
            if words[n].pos == "verb":
                break
        n += 1
    if words[verb].form == "modal" or words[verb].lemma == "do":
        return last if last > verb + 1 else None
    return last


def _rest_end(words: list[Word], start: int, end: int) -> int:
    """The rest up to a subordinate or relative clause, or a coordinated second predicate."""
    for n in range(start, end):
        word = words[n]
        if word.pos in ("wh", "sub") or (word.lemma.lower() in SUBORDINATORS and word.pos != "adp"):
            return n
        if word.pos == "conj" and any(
            w.pos in ("verb", "aux") and w.form for w in words[n + 1 : min(end, n + 4)]
        ):
            return n
        if word.pos in ("verb", "aux") and word.form in FINITE:
            return -1
        if word.pos == "verb" and word.form == "pp" and n > start:
            return n  # a reduced relative: "the people killed by ..."
    return end
