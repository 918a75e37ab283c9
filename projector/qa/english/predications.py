"""Finite clauses of a dependency tree: subject, verb group and what completes it.

What a question is made of. A clause is refused (left out) where something that changes its meaning
would have to be left out of the question: a condition, a negation, an indirect question, what
depends on a verb of doubt.
"""

from __future__ import annotations

from msgspec import Struct, field

from projector.qa.english.phrases import below, is_plain, phrase, trimmed
from projector.qa.english.syntax import AUXILIARIES, CLAUSAL_SUBJECTS, SUBJECTS, Tree

COMPLEMENTS = frozenset(
    """dobj dative attr acomp oprd prt prep agent npadvmod advmod xcomp ccomp advcl pcomp""".split()
)
DOUBTFUL = frozenset(("dep", "meta", "parataxis", "intj", "csubj", "csubjpass", "expl", "nmod"))
# Adverbs that tie a sentence to the one before it: they mean nothing in a question.
LINKING_ADVERBS = frozenset(
    """also then however therefore thus instead too now meanwhile furthermore moreover
    nevertheless nonetheless consequently additionally later afterwards subsequently finally
    already still again yet once so otherwise hence similarly likewise indeed currently recently
    previously earlier originally initially eventually reportedly allegedly even just soon
    ultimately apparently certainly clearly obviously perhaps maybe probably actually
    fortunately unfortunately sadly here there today tomorrow yesterday anyway """.split()
)
NEGATIVE = frozenset(("not", "n't", "n’t", "never", "no", "hardly", "barely", "neither", "nor"))
RESTRICTING = frozenset(("only", "rather", "almost", "nearly", "merely", "as", "than"))
CONDITIONS = frozenset(("if", "unless", "whether", "lest", "like", "as"))
# Under these what is said is not said to be so.
DOUBT_VERBS = frozenset(
    """deny doubt hope want wish fear dispute refuse suggest wonder ask imagine pretend believe
    think expect suspect dream demand insist recommend propose ensure mean""".split()
)
# Verbs that say nothing without what is said.
SAYING = frozenset(
    """say write tell add report announce claim explain note state insist argue warn suggest
    confirm reveal admit declare""".split()
)
FACTUAL_MARKS = frozenset(
    ("that", "because", "although", "though", "while", "after", "before", "when", "since", "as")
)
MAX_LEAD = 7
LEAD_ENTITIES = frozenset(("DATE", "TIME", "GPE", "LOC", "FAC", "EVENT"))


class Predication(Struct):
    """One finite clause, all in token numbers.

    ``leads`` are adjuncts before the subject (to be said after the rest), ``between`` adverbs
    before the main verb, ``tail`` what follows it, asides left out. ``embedded`` is the label of
    the clause's own verb. ``reasons`` are the heads of because-clauses and purposes, which are in
    no part.
    """

    verb: int
    auxiliaries: list[int]
    subject: list[int]
    subject_head: int
    leads: list[list[int]]
    between: list[int]
    tail: list[int]
    embedded: str
    passive: bool
    shared_subject: bool = False
    reasons: list[int] = field(default_factory=list)


def predications(tree: Tree) -> list[Predication]:
    """The clauses of a sentence that can be asked about, in text order."""
    found = []
    for n, token in enumerate(tree.tokens):
        if token.pos in ("VERB", "AUX") and token.dep not in AUXILIARIES:
            made = _predication(tree, n)
            if made is not None:
                found.append(made)
    return found


def _predication(tree: Tree, verb: int) -> Predication | None:
    token = tree.tokens[verb]
    if not _is_asserted(tree, verb):
        return None
    children = tree.children[verb]
    if any(tree.tokens[c].dep in DOUBTFUL | CLAUSAL_SUBJECTS for c in children):
        return None
    found = _subject(tree, verb)
    if found is None:
        return None
    head, subject, shared = found
    auxiliaries = tree.dependents(verb, "aux", "auxpass")
    if shared and not auxiliaries and token.tag == tree.tokens[token.head].tag:
        auxiliaries = tree.dependents(token.head, "aux", "auxpass")
    if not _is_finite(tree, verb, auxiliaries):
        return None
    if any(a > verb for a in auxiliaries) or any(
        tree.tokens[a].text.startswith(("'", "’")) for a in auxiliaries
    ):
        return None
    parts = Predication(
        verb, auxiliaries, subject, head, [], [], [], token.dep,
        any(tree.tokens[a].dep == "auxpass" for a in auxiliaries), shared,
    )  # fmt: skip
    return parts if _with_dependents(tree, parts) else None


def _is_asserted(tree: Tree, verb: int) -> bool:
    """True where the clause is said to be so."""
    token = tree.tokens[verb]
    if any(tree.lemma(c) in NEGATIVE for c in tree.children[verb]):
        return False
    if token.dep == "ROOT":
        return True
    marks = [tree.lemma(c) for c in tree.dependents(verb, "mark", "advmod") if c < verb]
    if any(m in CONDITIONS for m in marks if m != "as"):
        return False
    head = token.head
    if token.dep == "conj":
        return tree.tokens[head].pos in ("VERB", "AUX") and _is_asserted(tree, head)
    if token.dep == "ccomp":
        asserted = tree.tokens[head].pos in ("VERB", "AUX") and _is_asserted(tree, head)
        lead = tree.subtree(verb)[0]
        asks = tree.tokens[lead].tag in ("WP", "WRB", "WDT", "WP$")
        return asserted and tree.lemma(head) not in DOUBT_VERBS and not asks
    if token.dep == "advcl":
        return any(m in FACTUAL_MARKS for m in marks) and _is_asserted(tree, head)
    return token.dep == "relcl" and tree.tokens[head].pos in ("NOUN", "PROPN")


def _subject(tree: Tree, verb: int) -> tuple[int, list[int], bool] | None:
    """Head and phrase of the subject; a coordinated verb may share its head's (True)."""
    own = tree.dependents(verb, *SUBJECTS)
    token = tree.tokens[verb]
    shared = False
    if not own and token.dep == "conj":
        own, shared = tree.dependents(token.head, *SUBJECTS), True
    if len(own) != 1:
        return None
    head = own[0]
    if head > verb:
        return None
    if token.dep == "relcl" or (shared and tree.tokens[token.head].dep == "relcl"):
        if tree.lemma(head) not in ("who", "which", "that") or shared:
            return None
        head = token.head
        found = trimmed(tree, below(tree, head, drop=frozenset(("relcl", "acl", "appos"))))
        if found and found[-1] - found[0] + 1 == len(found) and is_plain(tree, found):
            return head, found, True
        return None
    found_phrase = phrase(tree, head)
    return None if found_phrase is None else (head, found_phrase, shared)


def _is_finite(tree: Tree, verb: int, auxiliaries: list[int]) -> bool:
    first = tree.tokens[auxiliaries[0] if auxiliaries else verb]
    return first.tag in ("VBD", "VBZ", "VBP", "MD")


def _with_dependents(tree: Tree, parts: Predication) -> bool:
    """Fill leads, between and tail; False where what is left out would change the meaning."""
    verb = parts.verb
    for child in tree.children[verb]:
        token = tree.tokens[child]
        if token.dep in SUBJECTS | AUXILIARIES | {"punct", "cc", "conj", "mark", "preconj"}:
            continue
        if token.dep not in COMPLEMENTS:
            return False
        numbers = trimmed(tree, below(tree, child))
        if not numbers:
            continue
        if tree.lemma(child) in RESTRICTING and token.dep == "advmod":
            return False
        if child < verb and token.dep in ("ccomp", "xcomp", "dobj", "advcl"):
            if token.dep != "advcl" or not _is_factual(tree, child):
                return False  # what was said stands before the verb that says it
        elif child < verb:
            _before(tree, parts, child, numbers)
        elif token.dep == "advcl":
            marks = [tree.lemma(c) for c in tree.dependents(child, "mark", "advmod")]
            if any(m in CONDITIONS for m in marks):
                return False
            if "because" in marks or _is_purpose(tree, child):
                parts.reasons.append(child)
        elif token.dep == "prep" and tree.lemma(child) in ("because", "due"):
            parts.reasons.append(child)
        elif _links(tree, child, numbers) or _aside(tree, child, numbers):
            continue
        else:
            if numbers[-1] - numbers[0] + 1 != len(numbers):
                return False
            parts.tail += numbers
    parts.tail.sort()
    said = tree.dependents(verb, "ccomp", "dobj", "xcomp", "nsubjpass", "oprd")
    return tree.lemma(verb) not in SAYING or bool(said)


def _is_factual(tree: Tree, child: int) -> bool:
    """An adverbial clause that can be left out: no condition."""
    marks = [tree.lemma(c) for c in tree.dependents(child, "mark", "advmod")]
    return not any(m in CONDITIONS for m in marks if m != "as")


def _before(tree: Tree, parts: Predication, child: int, numbers: list[int]) -> None:
    token = tree.tokens[child]
    if child > parts.subject[-1] and not parts.shared_subject:
        if token.dep == "advmod" and tree.lemma(child) not in LINKING_ADVERBS:
            parts.between += numbers
        return
    telling = any(tree.tokens[n].ent in LEAD_ENTITIES for n in numbers)
    if token.dep in ("prep", "npadvmod") and len(numbers) <= MAX_LEAD and telling:
        parts.leads.append(numbers)


def _links(tree: Tree, child: int, numbers: list[int]) -> bool:
    """True for an adverb that only ties the sentence to the one before it."""
    adverb = tree.tokens[child].dep == "advmod" and len(numbers) == 1
    return adverb and tree.lemma(child) in LINKING_ADVERBS


def _aside(tree: Tree, child: int, numbers: list[int]) -> bool:
    """True for an adjunct set off by a comma."""
    before = tree.tokens[numbers[0] - 1].text if numbers[0] else ""
    return before == "," and tree.tokens[child].dep in ("prep", "advmod", "npadvmod")


def _is_purpose(tree: Tree, child: int) -> bool:
    opening = tree.subtree(child)[:3]
    words = [tree.tokens[n].text.lower() for n in opening]
    return words == ["in", "order", "to"]
