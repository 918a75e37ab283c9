"""Which question word a phrase answers: by entity type, else by the class of its head noun."""

from __future__ import annotations

from projector.qa.english.nouns import (
    COUNTRIES,
    EMPTY,
    LAW_WORDS,
    MEASURES,
    ORGANISATION_WORDS,
    STATES,
    TIME_NOUNS,
    is_group,
    is_person,
)
from projector.qa.english.phrases import conjuncts
from projector.qa.english.syntax import Tree

UNASKED_ENTITIES = frozenset(
    ("DATE", "TIME", "PERCENT", "MONEY", "CARDINAL", "ORDINAL", "QUANTITY", "LANGUAGE")
)
THINGS = frozenset(("EVENT", "PRODUCT", "WORK_OF_ART", "LAW"))
NAMES = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP"))
# What people and groups of people do, and things do not.
ACTS = frozenset(
    """accept accuse acknowledge add address admit advise agree allege announce apologise apologize
    appeal appoint approve argue arrest arrive ask assert back ban beat become begin believe blame
    boost build buy call cancel captain capture celebrate charge claim coin comment commit compete
    compose condemn conduct confirm consider create criticise criticize decide declare decline
    defeat defend demand deny describe design direct discover discuss donate earn elect estimate
    execute expect explain explore express fight file find finish fire fly found govern greet help
    hire hold hope host hunt inform insist interview introduce invade invent investigate invest
    invite issue join kill launch lead leave lose make manage marry meet murder name negotiate
    note offer open oppose order organise organize own paint pay perform plan play pledge predict
    prepare present promise propose protest publish pull purchase pursue raid raise receive
    recommend reject release remember replace report request rescue reveal return run say score
    see sell send serve settle shoot sign speak spend state steal stress study sue suggest support
    suspect suspend take teach tell testify thank think threaten train travel try unveil urge use
    visit vote vow want warn welcome win wish withdraw wonder work write""".split()
)


def question_word(tree: Tree, head: int, *, subject_of: str = "") -> str | None:
    """The question word for a noun phrase, or None where none can be said with confidence.

    Args:
        head: the head of the phrase; a coordination must be of one kind.
        subject_of: the folded lemma of the active verb whose subject it is; verbs of acting let
            "who" stand for groups and for names of unknown kind.

    Returns:
        ``who``, ``what``, ``which country``, ``which state``, ``which organisation`` or None.
    """
    words = {_word(tree, n, subject_of) for n in conjuncts(tree, head)}
    return words.pop() if len(words) == 1 else None


def _word(tree: Tree, head: int, subject_of: str) -> str | None:
    token = tree.tokens[head]
    lemma = tree.lemma(head)
    acts = subject_of in ACTS
    if token.pos in ("PRON", "DET", "NUM", "ADJ", "X", "SYM") or lemma in EMPTY | TIME_NOUNS:
        return None
    if lemma in MEASURES:
        of = next((c for c in tree.dependents(head, "prep") if tree.lemma(c) == "of"), None)
        inner = None if of is None else tree.dependent(of, "pobj")
        return None if inner is None else _word(tree, inner, subject_of)
    if token.ent in UNASKED_ENTITIES:
        return None
    if token.pos == "NOUN":
        if head == 0 and token.tag == "NN" and token.text[:1].isupper():
            return None  # as likely a name at the sentence's start
        if is_person(lemma):
            return "who"
        if is_group(lemma):
            return "who" if acts else None
        if token.ent in ("PERSON", "NORP"):
            return None
        return None if acts and subject_of in SPEAKS else "what"
    if token.pos == "PROPN":
        return _for_name(tree, head, acts)
    return None


def _is_a_thing(tree: Tree, head: int) -> bool:
    """Whether the sentence says of a name that it is something that no person is: "the city"."""
    verb = tree.tokens[head].head
    if tree.tokens[head].dep != "nsubj" or tree.lemma(verb) != "be":
        return False
    said = tree.dependent(verb, "attr")
    return said is not None and tree.tokens[said].pos == "NOUN" and not is_person(tree.lemma(said))


PLACE_WORDS = frozenset(
    """Lake River Mount Island Islands Bay Cape Sea Street Road Park Valley Bridge Castle City Hill
    Peninsula Ocean Gulf Canyon Falls Forest Desert The""".split()
)
EVENT_WORDS = frozenset("Olympics Paralympics Games Championships Finals Cup Open Festival".split())
SPEAKS = frozenset(
    """say tell announce claim warn argue insist admit deny declare vow add reply ask recall joke
    tweet testify apologise apologize""".split()
)
DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central upper lower".split()
)


def _for_name(tree: Tree, head: int, acts: bool) -> str | None:
    token = tree.tokens[head]
    entity = tree.entity(head)
    name = " ".join(tree.tokens[n].text for n in entity)
    bare = name.removeprefix("the ").removeprefix("The ")
    if token.ent == "PERSON" and token.tag in ("NNS", "NNPS"):
        return None
    if token.ent == "PERSON":
        if any(tree.tokens[n].text in PLACE_WORDS | EVENT_WORDS for n in entity):
            return None
        before = tree.tokens[entity[0] - 1].text.lower() if entity[0] else ""
        if len(entity) == 1 and (before == "the" or before in DIRECTIONS):
            return None  # a region that was taken for a person
        if _is_a_thing(tree, head):
            return None
        organisation = token.text.lower() in ORGANISATION_WORDS
        return "which organisation" if organisation else "who"
    if token.ent == "NORP":
        return "who" if token.tag in ("NNPS", "NNS") else None
    if token.ent == "GPE":
        if any(c not in entity for c in tree.dependents(head, "amod", "compound", "poss")):
            return None
        if bare in COUNTRIES:
            return "which country"
        return "which state" if bare in STATES else None
    if token.ent == "ORG":
        if any(tree.tokens[n].text.lower() in LAW_WORDS for n in entity):
            return None if acts else "what"
        if token.text.lower() in ORGANISATION_WORDS:
            return "which organisation"
        return "who" if acts else None
    return "what" if token.ent in THINGS and len(entity) > 1 else None
