"""Why a question over a parse is not fit to be asked, and the features of those that are.

Refusals are for what a reader would throw out whatever else is right: pronouns and definites that
only the text before explains, loose ends of cut phrases, answers given away. The rest is left to
the quality score (`qa.quality`), which reads the `features` of a question.
"""

from __future__ import annotations

import re

from projector.qa.english.frames import Made
from projector.qa.english.nouns import EMPTY, MEASURES, TIME_NOUNS, WITH_INFINITIVE
from projector.qa.english.phrases import ARTICLES
from projector.qa.english.syntax import Token, Tree

MIN_WORDS, MAX_WORDS = 4, 24
PERSONAL = frozenset(("his", "her", "himself", "herself"))
OWN = frozenset(("his", "her", "its", "their", "himself", "herself", "itself", "themselves"))
POINTING = frozenset(
    """this that these those such same other others another latter former said above following
    one ones so there here then""".split()
)
ADDRESSING = frozenset("you your yours yourself we us our ours i me my mine".split())
# Definites that need no introduction.
UNIQUE = frozenset(
    """world earth sun moon sky universe internet web government president country population
    public economy prime minister police media weather ocean sea north south east west
    environment human brain heart body past future century pope queen king equator
    atmosphere stock market""".split()
)
ABBREVIATIONS = frozenset(
    """U.S. U.K. U.N. D.C. Inc. Co. Corp. Ltd. Jr. Sr. a.m. p.m. B.C. A.D. St.""".split()
)
NOMINAL_START = frozenset(("NOUN", "PROPN", "DET", "ADJ", "NUM"))
LOOSE_TAGS = frozenset(("IN", "TO", "DT", "CC", "PRP$", "WDT", "WP", "WRB", "POS", "PDT", "MD"))


def refusal(made: Made, tree: Tree) -> str:
    """The reason why a question is not asked, or an empty string."""
    words = made.text[:-1].split()
    start, end = made.answer
    answer = tree.text[start:end]
    tokens = [tree.tokens[n] for n in made.tokens]
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        return "too short or too long"
    polar = made.frame.role == "clause"
    if not polar and answer.lower() in made.text.lower():
        return "the question contains its answer"
    if _unresolved(made, tree, tokens):
        return "a pronoun or pointing word that only the context explains"
    if re.search(r" ,|[\"“”()\[\]«»;:]| - |\s['’]|['’]\s(?!.*['’])", made.text):
        return "quotation, brackets or dashes inside"
    if any(t.text.lower() in ("no", "nobody", "nothing", "none", "not", "n't") for t in tokens):
        return "a negation inside"
    if _torn_apart(made, tree):
        return "a word was torn apart"
    if _loose_end(made, tree):
        return "a loose end"
    if _goes_on(made, tree):
        return "the clause goes on"
    if not any(t.pos in ("NOUN", "PROPN", "NUM") for t in tokens):
        return "too little to go by"
    return "" if polar else _poor_answer(made, tree)


def _unresolved(made: Made, tree: Tree, tokens: list[Token]) -> bool:
    if made.frame.role not in ("subject", "agent") and made.predication is not None:
        subject = set(made.predication.subject)
        if any(tree.tokens[n].tag == "PRP$" for n in subject):
            return True
    subject_asked = made.frame.role in ("subject", "agent")
    third = subject_asked or any(t.pos == "PROPN" or t.tag in ("NN", "NNS") for t in tokens[:4])
    for token in tokens:
        if token.text.lower() in ADDRESSING:
            return True
        if token.tag in ("PRP", "PRP$", "EX"):
            if not (token.text.lower() in OWN and third):
                return True
            if subject_asked and made.frame.ask == "what" and token.text.lower() in PERSONAL:
                return True
        elif token.text.lower() in POINTING and token.pos in ("PRON", "DET", "ADJ", "NOUN", "ADV"):
            return True
    return False


def _torn_apart(made: Made, tree: Tree) -> bool:
    """True if something is missing between two tokens that were written together."""
    kept = set(made.tokens)
    for n in range(1, len(tree.tokens) - 1):
        before, token, after = tree.tokens[n - 1 : n + 2]
        glued = before.end == token.start and token.end == after.start
        if n not in kept and n - 1 in kept and n + 1 in kept and glued:
            return True
    return False


def _loose_end(made: Made, tree: Tree) -> bool:
    last = tree.tokens[made.tokens[-1]]
    word = made.text[:-1].split()[-1]
    if last.tag in LOOSE_TAGS and word == last.text and last.dep != "prt":
        return True
    if not word[-1].isalnum() and word[-1] != "%" and word not in ABBREVIATIONS:
        return True
    before = tree.tokens[made.tokens[-2]] if len(made.tokens) > 1 else last
    if last.pos == "ADJ" and before.text.lower() in ("a", "an"):
        return True
    # A wh-word left over inside is an indirect question that was cut.
    inside = [tree.tokens[n] for n in made.tokens]
    return any(t.tag in ("WRB", "WP") and t is inside[-1] for t in inside)


def _goes_on(made: Made, tree: Tree) -> bool:
    """True if what the question leaves out belonged to its last phrase: no mark and no conjunction
    stands between them, or a list is cut."""
    parts = made.predication
    if parts is None:
        return False
    answer = tree.within(*made.answer)
    last = max([parts.verb, *parts.tail, *answer])
    if last + 1 >= len(tree.tokens):
        return False
    following, before = tree.tokens[last + 1], tree.tokens[last]
    if following.text == ",":
        commas = [n for n in parts.tail if tree.tokens[n].text == "," and n not in answer]
        joined = any(
            tree.tokens[n].pos == "CCONJ" for n in parts.tail if n > min(commas, default=0)
        )
        return bool(commas) and not joined
    if following.pos in ("PUNCT", "CCONJ", "SCONJ", "SPACE", "PART", "SYM"):
        return following.tag == "POS"
    if following.tag in ("WDT", "WP", "WRB", "WP$") or following.lemma in ("because", "due", "by"):
        return False
    if last + 1 in made.tokens or last + 1 == parts.verb:
        return False
    if following.pos == "ADV":
        return before.lemma.lower() in TIME_NOUNS
    return following.pos in ("NOUN", "PROPN", "NUM", "ADJ", "VERB", "ADP")


def _poor_answer(made: Made, tree: Tree) -> str:
    start, end = made.answer
    tokens = [t for t in tree.tokens if t.start < end and t.end > start]
    if made.label in ("LOC", "GPE") and any(c.isdigit() for c in tree.text[start:end]):
        return "a place with digits"
    heads = [t for t in tokens if t.pos in ("NOUN", "PROPN", "NUM")]
    if not heads and made.frame.ask != "why":
        return "the answer has no head"
    words = [t.text.lower() for t in tokens]
    first, last = tree.tokens.index(tokens[0]), tree.tokens.index(tokens[-1])
    beside = [tree.tokens[n] for n in (first - 1, last + 1) if 0 <= n < len(tree.tokens)]
    edges = (tokens[0], tokens[-1])
    for outer, inner in zip(beside, edges, strict=False):
        if outer.pos == inner.pos == "PROPN" and first > 0:
            return "the answer is half of a name"
    if tokens[-1].pos in ("ADJ", "ADV") and len(tokens) > 2 and not tokens[-1].ent:
        return "the answer ends with an adjective"
    if set(words) & {"this", "that", "these", "those", "such", "no", "any"}:
        return "the answer points outside of itself"
    if words[0] in ("each", "every", "today", "tonight", "yesterday", "tomorrow"):
        return "the answer says nothing by itself"
    if _half_of_a_list(tree, last + 1):
        return "the answer is half of a coordination"
    if len(tokens) == 1 and (tokens[0].lemma.lower() in EMPTY | MEASURES):
        return "the answer names nothing"
    opening = tokens[0].pos in ("ADV", "ADP", "SCONJ") and made.frame.ask != "why"
    if opening and not any(t.pos == "NUM" for t in tokens):
        return "the answer begins with an adverb"
    if words[-1] in ("and", "or", "of", "the", "a", "to", "in"):
        return "the answer is cut"
    to_follows = last + 1 < len(tree.tokens) and tree.tokens[last + 1].tag == "TO"
    if to_follows and any(t.lemma.lower() in WITH_INFINITIVE for t in tokens):
        return "the answer's infinitive is cut off"
    return ""


def _half_of_a_list(tree: Tree, at: int) -> bool:
    """True if a comma follows and then, before any verb, another noun phrase and a conjunction."""
    if at >= len(tree.tokens) or tree.tokens[at].text != ",":
        return False
    noun = False
    for n in range(at + 1, len(tree.tokens)):
        token = tree.tokens[n]
        if token.pos in ("VERB", "AUX", "SCONJ", "PRON") or token.text in (".", ";", ":"):
            return False
        if token.pos == "CCONJ":
            return noun and n + 1 < len(tree.tokens) and tree.tokens[n + 1].pos in NOMINAL_START
        noun = noun or token.pos == "NOUN"
    return False


def vague_definites(made: Made, tree: Tree) -> int:
    """Definite phrases without a modifier, such as "the city", that the question itself does not
    introduce."""
    count = 0
    for n in made.tokens:
        token = tree.tokens[n]
        if token.text.lower() != "the" or token.dep != "det":
            continue
        head = token.head
        dependents = [c for c in tree.children[head] if tree.tokens[c].dep != "punct"]
        bare = all(tree.tokens[c].text.lower() in ARTICLES for c in dependents if c < head)
        after = any(c > head and tree.tokens[c].dep in ("prep", "relcl", "acl") for c in dependents)
        if bare and not after and tree.tokens[head].pos == "NOUN":
            count += tree.lemma(head) not in UNIQUE
    return count
