"""Questions in the target language from the target's own clause.

The entry of this package: clause found over the alignment (`located`), turned
(`clause_to_question`), scored (`qa.score.question_score`).
"""

from __future__ import annotations

from msgspec import Struct

from projector.qa.english.frames import Made
from projector.qa.english.syntax import Tree
from projector.qa.score.question_score import Features, probability, target_features, weights
from projector.qa.target.clause_to_question import turned
from projector.qa.target.clause_words import RefusedClause
from projector.qa.target.grammar import GRAMMARS
from projector.qa.target.located import Located, locate, token_links
from projector.records import Offsets, Pair
from projector.text.languages import base_language

ENGLISH_OPENINGS = frozenset(
    "the a an one his her its their some about more over at around in of up from between".split()
)


class ClauseQuestion(Struct, frozen=True):
    """A question in the target language with its score and what this is made of, or None with the
    reason."""

    text: str | None
    score: float = 0.0
    reason: str = ""
    features: Features = {}


def has_grammar(lang: str) -> bool:
    """True for languages whose clauses can be turned."""
    return base_language(lang) in GRAMMARS


def clause_question(
    pair: Pair, tree: Tree, offset: int, made: Made, english: float,
    answer: Offsets, answer_score: float,
) -> ClauseQuestion:  # fmt: skip
    """The question that the projected answer answers, from the clause around it.

    Args:
        offset: the sentence's start in the source text.
        made, english: the English question and its score.
        answer, answer_score: where the answer stands in the target text.
    """
    lang = base_language(pair.target.lang)
    grammar = GRAMMARS[lang]
    links = token_links(pair, tree, offset)
    found = locate(pair, tree, offset, made.frame, answer, grammar, links)
    if not isinstance(found, Located):
        return ClauseQuestion(None, reason=found)
    try:
        text = turned(lang, grammar, tree, made.frame, found)
    except RefusedClause as error:
        return ClauseQuestion(None, reason=str(error))
    poor = _poor_answer(pair, tree, made, found, lang)
    if poor:
        return ClauseQuestion(None, reason=poor)
    surface = pair.target.text[answer[0] : answer[1]]
    if surface.lower() in text.lower():
        return ClauseQuestion(None, reason="the question contains its answer")
    features = target_features(english, answer_score, found, text, made, tree)
    score = probability(features, weights("target"))
    return ClauseQuestion(text, score, features=features)


def _poor_answer(pair: Pair, tree: Tree, made: Made, clause: Located, lang: str) -> str:
    """Why a projected answer is not a whole phrase, or an empty string."""
    words = [clause.words[j] for j in clause.answer]
    last = tree.within(*made.answer)[-1]
    nominal = tree.tokens[last].pos in ("NOUN", "PROPN") and made.frame.ask != "why"
    if lang == "de" and nominal and words[-1][:1].islower() and len(words) > 1:
        return "the answer ends with no noun"
    grammar = GRAMMARS[lang]
    closed = grammar.articles | grammar.prepositions.keys() | grammar.conjunctions
    if words[-1].lower() in closed and words[-1].islower():
        return "the answer is cut"
    verbless = (
        not any(tree.tokens[n].pos in ("VERB", "AUX") for n in tree.within(*made.answer))
        and made.frame.ask != "why"
    )
    if verbless and ({"que", "che"} & {w.lower() for w in words}):
        return "the answer holds a clause"
    if verbless and lang in ("es", "pt") and words[-1].endswith(("aron", "ieron", "aram")):
        return "the answer ends with a verb"
    if made.frame.ask != "why" and set(words) & {"(", ")", '"', "“", "”", ";", ":", "«", "»"}:
        return "the answer holds quotation marks or brackets"
    return ""


def without_article(text: str, answer: Offsets, source: str, lang: str) -> Offsets:
    """The projected answer without articles, prepositions and conjunctions at its start that the
    source's answer lacks; a capital inside of a sentence marks a part of a name."""
    grammar = GRAMMARS.get(base_language(lang))
    if grammar is None:
        return answer
    opening = source.split()[0].lower()
    articles = opening in ENGLISH_OPENINGS
    loose = grammar.prepositions.keys() | grammar.conjunctions | grammar.subordinators
    loose = loose - grammar.articles if articles else loose | grammar.articles
    start, end = answer
    while True:
        first, _, rest = text[start:end].partition(" ")
        at_sentence_start = start == 0 or text[:start].rstrip()[-1:] in ".!?:"
        named = first[:1].isupper() and not at_sentence_start
        if not rest.strip() or named or first.lower() not in loose:
            return start, end
        start = end - len(rest.lstrip())
