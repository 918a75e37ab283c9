"""Answer candidates of an English sentence when its record brings no spans: names, numbers, dates
and noun phrases found by part of speech (`qa.english.analysis`)."""

from __future__ import annotations

import re

from projector.qa.base import Candidate
from projector.qa.english.analysis import Word

NOMINAL = frozenset(("noun", "name", "num", "unknown", "adj", "gen"))
HEADS = frozenset(("noun", "name", "num", "unknown"))
MONTHS = frozenset(
    """January February March April May June July August September October November
    December""".split()
)
DAYS = frozenset(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
TIME_NOUNS = frozenset(
    [
        "year",
        "month",
        "week",
        "day",
        "century",
        "decade",
        "morning",
        "evening",
        "night",
        "summer",
        "winter",
    ]
)
LABELS = {"person": "PER", "place": "LOC", "org": "ORG"}

# Words for people; with the endings below they decide between "who" and "what".
PEOPLE = frozenset(
    """actor actress adult advocate aide ambassador analyst artist astronaut athlete attorney
    author boy brother captain chairman chancellor chef child citizen clerk coach colleague
    crew customer daughter director doctor driver economist editor engineer expert family
    farmer father fisherman friend girl governor guard hunter husband judge king lawyer
    leader man mayor mother minister monk mp neighbour neighbor nurse officer official
    parent passenger patient people person physician pilot player poet police politician
    pope president priest prince princess prisoner professor protester queen researcher
    resident scientist sailor secretary senator sister soldier son spokesman spokesperson
    spokeswoman student surgeon survivor teacher tourist victim visitor voter widow wife
    winner witness woman worker writer""".split()
)
TITLES = frozenset(
    """mr mrs ms dr prof sir president minister chancellor senator king queen pope""".split()
)
PEOPLE_ENDINGS = ("man", "woman", "ist", "ologist", "ician", "men", "women")
_YEAR = re.compile(r"1[0-9]{3}s?|20[0-9]{2}s?")


def is_person_noun(word: Word) -> bool:
    """True for a common noun that names people."""
    lemma = word.lemma.lower()
    if word.pos == "unknown":
        lemma = lemma.removesuffix("s")
    return word.pos in ("noun", "unknown") and (
        lemma in PEOPLE or (len(lemma) > 5 and lemma.endswith(PEOPLE_ENDINGS))
    )


def is_date_word(word: Word) -> bool:
    return word.text in MONTHS or word.text in DAYS or bool(_YEAR.fullmatch(word.text))


def label_of(words: list[Word]) -> str:
    """PER, LOC, ORG, DATE, NUM, or NP for any other noun phrase."""
    owners = [n for n, w in enumerate(words) if w.pos == "gen"]
    if owners and owners[-1] + 1 < len(words):
        words = words[owners[-1] + 1 :]  # what "North Korea's top diplomat" is, its end says
    names = [w for w in words if w.pos == "name"]
    if any(is_date_word(w) for w in words) and all(
        is_date_word(w) or w.pos in ("num", "det") for w in words
    ):
        return "DATE"
    if all(w.pos == "num" for w in words):
        return "NUM"
    head = words[-1]
    if is_person_noun(head):
        return "PER"
    kinds = [LABELS[w.kind] for w in names if w.kind]
    if names and head.pos == "name":
        if words[0].text.lower().rstrip(".") in TITLES:
            return "PER"
        if "PER" in kinds:
            return "PER"
        return kinds[-1] if kinds else "NAME"
    return "NP"


def candidates(words: list[Word]) -> list[Candidate]:
    """Maximal noun phrases without their determiner, and the number at the start of one."""
    found: list[Candidate] = []
    n = 0
    while n < len(words):
        if words[n].pos not in NOMINAL or words[n].pos == "gen":
            n += 1
            continue
        end = n
        while end < len(words) and words[end].pos in NOMINAL:
            end += 1
        last = end
        while last > n and words[last - 1].pos not in HEADS:
            last -= 1
        phrase = words[n:last]
        if phrase:
            found.append(Candidate(phrase[0].start, phrase[-1].end, label_of(phrase)))
            if phrase[0].pos == "num" and len(phrase) > 1 and phrase[-1].plural:
                numbers = [w for w in phrase if w.pos == "num"]
                found.append(Candidate(phrase[0].start, numbers[-1].end, "NUM"))
        n = end
    return found
