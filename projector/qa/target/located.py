"""The clause behind a question, found again in the other language over the word alignment.

Each target token takes the role of the source constituent that it is linked to; the clause is the
stretch from the first to the last token with a role. What stands inside without belonging (asides
that the question leaves out) is taken out where commas set it off, and refuses the clause
otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from projector.qa.english.frames import Frame
from projector.qa.english.syntax import Tree
from projector.qa.target.grammar import Grammar
from projector.records import Offsets, Pair

ANSWER, GAP, SUBJECT, VERB, TAIL = "answer", "gap", "subject", "verb", "tail"
OTHER, FREE = "other", "free"  # linked to what is not in the question; not linked at all
MIN_LINK = 0.15
ENDS = frozenset(".!?…")
MARKS = frozenset(',;:.!?…()[]"“”«»„‚‘—–-/')
MAX_FREE_WORDS = 3


class Located(Struct):
    """A clause in target tokens; ``kept`` are token numbers in text order, the answer included.

    ``roles`` has one entry for each target token; ``linked`` the best-linked source token of the
    tree, or -1. ``coverage`` is the share of the clause's source content words that are linked
    into it, ``opens`` the first token of its sentence, ``loose`` the number of content words in it
    that nothing links to.
    """

    words: list[str]
    offsets: list[Offsets]
    roles: list[str]
    linked: list[int]
    kept: list[int]
    answer: list[int]
    first: int
    last: int
    opens: int
    coverage: float
    loose: int


def token_links(pair: Pair, tree: Tree, offset: int) -> dict[int, list[tuple[int, float]]]:
    """For each target token, its source tokens (numbers in the tree) with probabilities."""
    source = pair.source.tokens or []
    number = {}
    for i, (start, end) in enumerate(source):
        inside = tree.within(start - offset, end - offset)
        if inside:
            number[i] = inside
    found: dict[int, list[tuple[int, float]]] = {}
    for i, j, p in pair.alignment or ():
        if p >= MIN_LINK:
            for n in number.get(i, ()):
                found.setdefault(j, []).append((n, p))
    return found


def locate(
    pair: Pair, tree: Tree, offset: int, frame: Frame, answer: Offsets, grammar: Grammar,
    links: dict[int, list[tuple[int, float]]],
) -> Located | str:  # fmt: skip
    """The clause of a frame in the target text, or why it was not found.

    Args:
        offset: the sentence's start in the source text.
        answer: where the answer stands in the target text.
    """
    tokens = pair.target.tokens or []
    words = [pair.target.text[a:b] for a, b in tokens]
    parts = _parts(tree, frame)
    roles, linked = [], []
    for j, (start, end) in enumerate(tokens):
        best = max(links.get(j, ()), key=lambda link: link[1], default=None)
        linked.append(best[0] if best else -1)
        if answer[0] <= start and end <= answer[1]:
            roles.append(ANSWER)
            if best is not None and parts.get(best[0]) == VERB:
                return "the answer takes the verb in"
        elif all(c in MARKS for c in words[j]):
            roles.append(FREE)
        else:
            roles.append(FREE if best is None else parts.get(best[0], OTHER))
    for j in range(len(words) - 1):  # an auxiliary that was linked into the subject before it
        before_verb = roles[j + 1] == VERB and roles[j] == SUBJECT
        if before_verb and words[j].lower() in grammar.auxiliaries:
            roles[j] = VERB
    at = [j for j, role in enumerate(roles) if role == ANSWER]
    if not at:
        return "the answer is no whole tokens"
    inside = _sentence(words, at[0], at[-1])
    core = [j for j in inside if roles[j] in (ANSWER, GAP, SUBJECT, VERB, TAIL)]
    edges = _extended(words, roles, core[0], core[-1], inside, grammar)
    if edges is None:
        return "the clause goes on behind"
    first, last = edges
    opens_with_verb = roles[first] == VERB or words[first].lower() in grammar.auxiliaries
    field_matters = grammar.order == "verb second" and not opens_with_verb
    if field_matters and not _begins(words, first, inside, grammar):
        return "the clause begins before"
    kept = _without_asides(words, roles, first, last, grammar)
    if kept is None:
        return "something else stands inside of the clause"
    return Located(
        words, list(tokens), roles, linked, kept, at, first, last, inside.start,
        _coverage(tree, parts, links, set(kept)), _loose(words, roles, linked, kept, grammar),
    )  # fmt: skip


def _parts(tree: Tree, frame: Frame) -> dict[int, str]:
    """The role of each source token that the clause is made of."""
    found = {}
    for stretch in frame.tail:
        for n in tree.within(*stretch):
            found[n] = TAIL
    if frame.counted:
        for n in tree.within(*frame.counted):
            found.setdefault(n, TAIL)
    for n in tree.within(*frame.subject):
        found[n] = SUBJECT
    for stretch in frame.verbs:
        for n in tree.within(*stretch):
            found[n] = VERB
    if frame.role != "subject":
        for n in tree.within(*frame.gap):
            found[n] = GAP
    return found


def _sentence(words: Sequence[str], first: int, last: int) -> range:
    start = first
    while start > 0 and not _ends(words, start - 1):
        start -= 1
    end = last + 1
    while end < len(words) and not _ends(words, end):
        end += 1
    return range(start, end)


def _ends(words: Sequence[str], j: int) -> bool:
    """True for a mark that ends a sentence, not an abbreviation."""
    if words[j] not in ENDS:
        return False
    if words[j] != "." or j + 1 == len(words):
        return True
    before, after = words[j - 1] if j else "", words[j + 1]
    return after[:1].isupper() and not before.isupper() and len(before) > 1


def _extended(
    words: Sequence[str], roles: Sequence[str], first: int, last: int, inside: range,
    grammar: Grammar,
) -> tuple[int, int] | None:  # fmt: skip
    """With the unlinked function words at the edges, and a word or two before a closing mark;
    None where the clause goes on."""
    leading = grammar.articles | grammar.prepositions.keys() | grammar.clitics | grammar.auxiliaries
    while first > inside.start and roles[first - 1] == FREE:
        before = words[first - 1].lower()
        relative = before in grammar.subordinators and (
            first - 2 < inside.start or words[first - 2] == ","
        )
        if before not in leading or (relative and grammar.order == "verb second"):
            break
        first -= 1
    ahead = last + 1
    closing = grammar.conjunctions | grammar.subordinators
    if grammar.order != "verb second":
        closing = closing | grammar.prepositions.keys()
    while ahead < inside.stop and words[ahead][0].isalnum():
        if words[ahead].lower() in closing or ahead - last > MAX_FREE_WORDS:
            break
        ahead += 1
    open_words = grammar.articles | grammar.prepositions.keys()
    if ahead >= inside.stop or not words[ahead][0].isalnum() or words[ahead].lower() in closing:
        last = ahead - 1  # the clause's own end, with a word or two that nothing stands for
    elif ahead > last + 1:
        return None
    goes_on = last + 1 < inside.stop and words[last + 1][0].isalnum()
    while goes_on and roles[last] in (FREE, OTHER) and words[last].lower() in open_words:
        last -= 1
    return first, last


def _begins(words: Sequence[str], first: int, inside: range, grammar: Grammar) -> bool:
    """True if a clause may begin here: after a mark, a conjunction, an adverb that links."""
    if first <= inside.start or not words[first - 1][0].isalnum():
        return True
    before = words[first - 1].lower()
    return before in grammar.conjunctions | grammar.subordinators | grammar.linking


def _without_asides(
    words: Sequence[str], roles: list[str], first: int, last: int, grammar: Grammar
) -> list[int] | None:
    """Numbers from first to last; runs of other material go if commas set them off."""
    kept: list[int] = []
    j = first
    while j <= last:
        if words[j].lower() in grammar.linking and roles[j] in (OTHER, FREE):
            j += 1
            continue
        if roles[j] != OTHER:
            kept.append(j)
            j += 1
            continue
        end = j
        while end <= last and roles[end] in (OTHER, FREE) and words[end] != ",":
            end += 1
        before = words[j - 1] if j else ","
        after = words[end] if end < len(words) else ","
        if before == "," and after == ",":
            while kept and kept[-1] >= j - 1 and words[kept[-1]] == ",":
                kept.pop()
            j = end + 1
        elif end - j == 1 and not words[j][0].isalnum():
            j = end
        elif words[j].lower() in grammar.function_words | grammar.articles | grammar.clitics | (
            grammar.prepositions.keys() | grammar.auxiliaries
        ):
            kept.append(j)
            roles[j] = FREE
            j += 1
        else:
            return None
    return kept


def _coverage(
    tree: Tree, parts: dict[int, str], links: dict[int, list[tuple[int, float]]], kept: set[int]
) -> float:
    content = {n for n in parts if tree.tokens[n].pos in ("NOUN", "PROPN", "VERB", "NUM", "ADJ")}
    met = {n for j in kept for n, _ in links.get(j, ())}
    return len(content & met) / len(content) if content else 0.0


def _loose(
    words: Sequence[str], roles: Sequence[str], linked: Sequence[int], kept: Sequence[int],
    grammar: Grammar,
) -> int:  # fmt: skip
    known = (
        grammar.articles | grammar.prepositions.keys() | grammar.clitics | grammar.auxiliaries
        | grammar.function_words | grammar.conjunctions | grammar.subordinators
    )  # fmt: skip
    return sum(
        roles[j] == FREE and words[j][0].isalnum() and words[j].lower() not in known for j in kept
    )
