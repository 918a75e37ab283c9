"""Which words of a translation come from which unit of the source, from Apertium's tags.

A tagged piece may hold several words for several units ("a la casa" for "to the house"), words
that the engine put in ("de maig" for "May"), or only the first word of what a unit became ("va"
of "va dir"). Words are given to units piece by piece with probabilities that say how sure that
is, so that a span cut from the links neither swallows an article that the engine invented nor
loses half of a verb.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import regex
from msgspec import Struct, field

from projector.records import Offsets
from projector.translation.apertium.function_words import FunctionWords, function_words
from projector.translation.apertium.stream import Piece, Unit

SURE = 0.98
CONTRACTED = 0.5  # the article inside a contraction
ADOPTED = 0.6  # an untagged word beside a unit that left no other trace
BLANK = 0.9  # a symbol that stands on both sides
INVENTED = 0.15  # an article or preposition that the source did not have

_WORD = regex.compile(
    r"[\p{L}\p{N}\p{M}_]+(?:[·.,\-‐‑@/][\p{L}\p{N}\p{M}_]+)*['’]?|['’][\p{L}\p{M}]+|\S\p{M}*"
)
_SPACED = regex.compile(r"\S+")
_SYMBOL = regex.compile(r"(?!\s)\X")
_FUNCTION_TAGS = frozenset({"det", "pr", "cnjcoo", "cnjsub", "gen", "prn", "rel", "predet"})
_OTHER_TAGS = frozenset({"cnjcoo", "cnjsub", "gen", "prn", "rel", "predet", "adv", "vaux", "vbdo"})


class Word(Struct):
    """A word of the translation: its offsets there and the units it comes from."""

    text: str
    start: int
    end: int
    kind: str
    units: dict[int, float] = field(default_factory=dict)
    tagged: bool = False


def words_of(pieces: Sequence[Piece], units: Sequence[Unit], lang: str) -> list[Word]:
    """The words of the translation with the units that each comes from.

    Args:
        pieces: the translation; offsets count in their joined text.
        units: the source's units (numbered from 0), those that were translated.
        lang: the target language, for its small words.
    """
    small = function_words(lang)
    often: Counter[int] = Counter()
    for piece in pieces:
        often.update(set(piece.ids))
    words: list[Word] = []
    at = 0
    seen: Counter[int] = Counter()
    for piece in pieces:
        mine = [
            Word(m.group(), at + m.start(), at + m.end(), small.kind(m.group()))
            for m in _WORD.finditer(piece.text)
        ]
        if piece.ids and mine:
            seen.update(set(piece.ids))
            _share_out(mine, piece.ids, units, often, seen)
        words += mine
        at += len(piece.text)
    _follow_auxiliaries(words, small)
    _give_articles(words, units)
    _adopt(words, units)
    return words


# -- inside a piece -------------------------------------------------------------------------


def _kind_of_unit(unit: Unit) -> str:
    """``article``, ``preposition``, ``other`` (small) or ``content``."""
    if not unit.known or not unit.tags:
        return "content"
    if unit.tags <= {"det", "predet", "num", "prn"} and "det" in unit.tags:
        return "article"
    if unit.tags <= {"pr", "adv", "cnjsub", "cnjadv"} and "pr" in unit.tags:
        return "preposition"
    return "other" if unit.tags <= _OTHER_TAGS else "content"


def _share_out(
    words: list[Word],
    ids: tuple[int, ...],
    units: Sequence[Unit],
    often: Counter[int],
    seen: Counter[int],
) -> None:
    """Give the words of one tagged piece to its units, in order."""
    for word in words:
        word.tagged = True
    if any(c.isalnum() for number in ids for c in units[number].surface):
        marks = "".join(units[number].surface for number in ids)
        words = [word for word in words if word.kind != "mark" or word.text in marks] or words
    slots: list[tuple[int, str]] = []
    for n, number in enumerate(ids):
        kind = _kind_of_unit(units[number])
        # A content unit that comes again, here or in a later piece, is first met as an article.
        again = number in ids[n + 1 :] or seen[number] < often[number]
        slots.append((number, "invented" if kind == "content" and again else kind))
    if len(slots) == 1:
        _one_unit(words, slots[0], units)
        return
    for place, number, p in _best_shares([w.kind for w in words], slots):
        words[place].units[number] = max(p, words[place].units.get(number, 0.0))


def _one_unit(words: list[Word], slot: tuple[int, str], units: Sequence[Unit]) -> None:
    number, kind = slot
    if kind == "article" and words[0].kind == "contraction":
        words[0].units[number] = CONTRACTED
        words = words[1:]
    small = all(word.kind in ("article", "contraction", "preposition") for word in words)
    if kind == "invented":
        for word in words:
            word.units[number] = INVENTED if small else SURE
        return
    leading = 0
    if kind == "content" and not small and " " not in units[number].surface:
        # "de maig" for "May", "el 3" for "3"
        while words[leading].kind in ("article", "contraction", "preposition"):
            leading += 1
    for n, word in enumerate(words):
        word.units[number] = INVENTED if n < leading else SURE


# What a word and a unit of these kinds say about one another.
_FIT = {
    ("content", "content"): (2.0, SURE), ("article", "article"): (2.0, 0.9),
    ("article", "invented"): (2.0, INVENTED), ("preposition", "preposition"): (2.0, 0.9),
    ("contraction", "preposition"): (1.8, 0.9), ("contraction", "article"): (1.0, CONTRACTED),
    ("contraction", "invented"): (1.0, INVENTED), ("other", "other"): (2.0, 0.9),
    ("other", "article"): (0.5, 0.6), ("other", "preposition"): (0.5, 0.6),
    ("content", "other"): (0.5, 0.6), ("other", "content"): (0.3, 0.8),
    ("content", "preposition"): (-1.0, 0.4), ("content", "article"): (-1.0, 0.4),
    ("preposition", "other"): (0.6, 0.6), ("article", "other"): (0.6, 0.6),
    ("preposition", "content"): (-0.3, 0.4), ("article", "content"): (-0.3, 0.4),
    ("contraction", "content"): (-0.3, 0.4),
    ("article", "preposition"): (-0.2, 0.4), ("preposition", "article"): (-0.2, 0.4),
}  # fmt: skip
_NO_FIT = (-1.0, 0.3)


def _best_shares(
    kinds: Sequence[str], slots: Sequence[tuple[int, str]]
) -> list[tuple[int, int, float]]:
    """The best way to give words to units in order: (word, unit, probability).

    A word may come from several units (a contraction, a verb with its pronouns), a unit become
    several words, and small words may come from none.
    """

    @cache
    def best(i: int, j: int) -> tuple[float, tuple[tuple[int, int, float], ...]]:
        if i == len(kinds) and j == len(slots):
            return 0.0, ()
        options: list[tuple[float, tuple[tuple[int, int, float], ...]]] = []
        if i < len(kinds):
            score, rest = best(i + 1, j)
            options.append((score + (-2.0 if kinds[i] == "content" else -0.6), rest))
        if j < len(slots):
            score, rest = best(i, j + 1)
            options.append((score - 1.5, rest))
        for words, ids in ((1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (4, 1)):
            if i + words > len(kinds) or j + ids > len(slots):
                continue
            fits, links = [], []
            for a in range(i, i + words):
                for number, kind in slots[j : j + ids]:
                    fit, p = _FIT.get((kinds[a], kind), _NO_FIT)
                    fits.append(fit)
                    links.append((a, number, p))
            # Sharing is for words and units that one to one would leave over.
            first = max(fits)
            gain = first + 0.4 * (sum(fits) - first) - 0.3 * (len(fits) - 1)
            score, rest = best(i + words, j + ids)
            options.append((score + gain, (*links, *rest)))
        return max(options, key=lambda option: option[0])

    if len(kinds) * len(slots) > 2000:  # never seen; the recursion would be deep
        return [(i, number, 0.3) for i in range(len(kinds)) for number, _ in slots]
    return list(best(0, 0)[1])


# -- between pieces ---------------------------------------------------------------------------


def _follow_auxiliaries(words: list[Word], small: FunctionWords) -> None:
    """ "va [dir]", "más [larga]": the untagged word belongs to the unit of the auxiliary."""
    for before, word in pairwise(words):
        if word.tagged or word.kind != "content" or not before.units:
            continue
        if before.text.lower() in small.auxiliaries:
            word.units = dict(before.units)
            word.tagged = True


def _give_articles(words: list[Word], units: Sequence[Unit]) -> None:
    """A source article that left no trace is the one the noun's article came from."""
    linked = {number for word in words for number, p in word.units.items() if p > INVENTED}
    for word in words:
        if word.kind not in ("article", "contraction") or not word.units:
            continue
        for number, p in list(word.units.items()):
            if p != INVENTED:
                continue
            lost = _article_before(units, number, linked)
            if lost is not None:
                word.units[lost] = 0.7
                linked.add(lost)


def _article_before(units: Sequence[Unit], number: int, linked: set[int]) -> int | None:
    """The nearest unlinked article before a unit, with no more than adjectives between."""
    for n in range(number - 1, max(-1, number - 5), -1):
        kind = _kind_of_unit(units[n])
        if kind == "article":
            return None if n in linked else n
        if kind != "content":
            return None
    return None


def _adopt(words: list[Word], units: Sequence[Unit]) -> None:
    """Untagged words beside the place where a unit left no trace come from that unit."""
    linked = {number for word in words for number in word.units}
    lost = [u.number for u in units if u.number not in linked and u.start >= 0]
    if not lost:
        return
    missing = set(lost)
    n = 0
    while n < len(words):
        end = n
        while end < len(words) and not words[end].tagged and words[end].text[0].isalnum():
            end += 1
        run = words[n:end]
        near = sorted(number for number in missing if _beside(number, words, n, end, missing))
        for word, number in _matched(run, near, units):
            word.units[number] = ADOPTED
            word.tagged = True
            missing.discard(number)
        n = max(end, n + 1)


def _beside(number: int, words: list[Word], a: int, b: int, missing: set[int]) -> bool:
    """Is a unit's neighbour in the source a neighbour of the words ``a:b`` in the target?"""
    around = set()
    if a > 0:
        around |= set(words[a - 1].units)
    if b < len(words):
        around |= set(words[b].units)
    before, after = number - 1, number + 1
    while before in missing:
        before -= 1
    while after in missing:
        after += 1
    return before in around or after in around


def _matched(run: list[Word], near: list[int], units: Sequence[Unit]) -> list[tuple[Word, int]]:
    """Words and lost units of like kinds, in order."""
    found, at = [], 0
    for word in run:
        for m in range(at, len(near)):
            kind, tags = _kind_of_unit(units[near[m]]), units[near[m]].tags
            alike = (word.kind == "content") == (kind == "content")
            if word.kind == "preposition":
                alike = alike or "gen" in tags
            if word.kind == "content":
                alike = alike or (kind == "other" and "adv" not in tags)
            if alike and (kind != "article" or word.kind in ("article", "contraction")):
                found.append((word, near[m]))
                at = m + 1
                break
    return found


# -- to characters ------------------------------------------------------------------------------


def unit_links(
    words: Sequence[Word], units: Sequence[Unit], text: str
) -> list[tuple[Offsets, Offsets, float]]:
    """Links between stretches of the analysed text and of the translation.

    A unit of several words links to all its words, but words that are equal on both sides
    ("York" in "New York") link to one another alone.
    """
    of_unit: defaultdict[int, list[tuple[Word, float]]] = defaultdict(list)
    for word in words:
        for number, p in word.units.items():
            if units[number].start >= 0:
                of_unit[number].append((word, p))
    links: list[tuple[Offsets, Offsets, float]] = []
    for number, targets in sorted(of_unit.items()):
        unit = units[number]
        sources = [
            (unit.start + m.start(), unit.start + m.end())
            for m in _SPACED.finditer(text[unit.start : unit.end])
        ]
        if len(sources) < 2:
            links += [((unit.start, unit.end), (w.start, w.end), p) for w, p in targets]
        else:
            links += _in_unit(sources, targets, text)
    return links


def _in_unit(
    sources: list[Offsets], targets: list[tuple[Word, float]], text: str
) -> list[tuple[Offsets, Offsets, float]]:
    links = []
    first, last = targets[0][0].start, targets[-1][0].end
    if last - first == sources[-1][1] - sources[0][0] and (
        "".join(word.text for word, _ in targets).casefold()
        == "".join(text[a:b] for a, b in sources).casefold()
    ):  # it came through as it was
        by = first - sources[0][0]
        return [((a, b), (a + by, b + by), targets[0][1]) for a, b in sources]
    free = list(targets)
    rest = []
    for a, b in sources:
        twin = next((t for t in free if fold(t[0].text) == fold(text[a:b])), None)
        if twin is None:
            rest.append((a, b))
        else:
            free.remove(twin)
            links.append(((a, b), (twin[0].start, twin[0].end), twin[1]))
    if rest and not free:  # more words here than there: the others share what there is
        free = targets if not links else []
    for a, b in rest:
        links += [((a, b), (w.start, w.end), p) for w, p in free]
    if free and not rest:
        for w, p in free:
            links += [((a, b), (w.start, w.end), min(p, CONTRACTED)) for a, b in sources]
    return links


def symbol_links(
    source: Sequence[tuple[int, str]], words: Sequence[Word], text: str
) -> list[tuple[Offsets, Offsets, float]]:
    """Links between equal symbols outside all units: quotes, emoji, signs.

    Args:
        source: stretches of the source outside its units: (offset, text).
        words: the translation's words, to leave out what is linked already.
        text: the translation.
    """
    taken = {n for word in words if word.units for n in range(word.start, word.end)}
    there: defaultdict[str, list[Offsets]] = defaultdict(list)
    for match in _SYMBOL.finditer(text):
        if match.start() not in taken:
            there[match.group()].append(match.span())
    here: defaultdict[str, list[Offsets]] = defaultdict(list)
    for offset, blank in source:
        for match in _SYMBOL.finditer(blank):
            here[match.group()].append((offset + match.start(), offset + match.end()))
    links = []
    for symbol, places in here.items():
        if len(places) == len(there[symbol]) or not symbol.isalnum():
            links += [(a, b, BLANK) for a, b in zip(places, there[symbol], strict=False)]
    return links


@cache
def _unmarked(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """A word without case and accents, for telling twins."""
    return "".join(_unmarked(c) for c in word.casefold()).strip("'’")
