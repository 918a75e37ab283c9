"""The engine ``rules``: over a dependency tree (`parsed_rules`) where the sentence was parsed,
else over parts of speech alone: a wh-word for the answer's type, its clause turned round.

The transformations are the classic ones of Heilman and Smith (2010, "Good Question! Statistical
Ranking for Question Generation"): subject questions, object questions with do-support, questions
for place, time and number. What does not fit a rule cleanly is refused with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from projector import __version__
from projector.engines import read_options
from projector.qa.base import Asked, Candidate, Request
from projector.qa.english.analysis import Word
from projector.qa.english.answers import DAYS, is_date_word, is_person_noun
from projector.qa.english.clauses import Clause, clause_around, normalised
from projector.qa.english.frames import Made
from projector.qa.english.parsed_rules import questions, statement_question
from projector.qa.english.syntax import Tree
from projector.qa.english.well_formed import refusal
from projector.qa.score.question_score import english_features, probability, weights
from projector.text.entity_labels import ORGANISATION, PERSON, PLACE

TIME = frozenset(("DATE", "TIME", "YEAR"))
NUMBER = frozenset(("NUM", "NUMBER", "CARDINAL", "QUANTITY"))
MONEY = frozenset(("MONEY", "PRICE"))

# Verbs after which a phrase of place belongs to the verb and not to the noun before it.
PLACED = frozenset(
    """be live work bear die meet open build found find hold arrive stay play study grow sign take
    happen start end begin launch kill arrest hit sell publish spend show crash wait sleep
    land plant move marry finish discover locate perform celebrate gather visit appear buy
    see""".split()
)
SPEAKS = frozenset(
    """say tell announce add claim explain write warn argue believe think report""".split()
)
NOT_AFTER = frozenset("""of ago away later earlier old long high apart to as like than""".split())
NOT_ASKED = frozenset(("of", "as", "like", "than", "without", "according to", "due to"))
NEGATIVE = frozenset(("not", "never", "no", "none", "nobody", "nothing", "neither", "nor"))
PHRASE = frozenset(("adj", "noun", "name", "num", "unknown", "gen", "conj"))
MIN_WORDS, MAX_WORDS = 4, 22


class NoOptions(Struct, frozen=True):
    """The rules have nothing to set."""


class RuleQuestionGenerator:
    """The engine ``rules``: needs words with lemma and part of speech, no model."""

    name = "rules"
    version = __version__
    needs_words = True

    def __init__(self, model: str = "", **options: object) -> None:
        read_options(NoOptions, options, self.name)
        self.model = model

    def propose(self, tree: Tree) -> list[Candidate]:
        """The answers of all questions of a parsed sentence, each once."""
        found = {made.answer: made.label for made, _ in _questions_of(tree)}
        return [Candidate(a, b, label) for (a, b), label in found.items()]

    def ask(self, requests: Sequence[Request]) -> list[Asked]:
        """The best question for each answer: over the parse where there is one."""
        return [_over_parse(r) if r.tree is not None else _over_words(r) for r in requests]

    def close(self) -> None:
        """Nothing to free."""


def _over_words(request: Request) -> Asked:
    answer = request.answer
    return question(request.words, request.sentence, answer.start, answer.end, answer.label)


def _over_parse(request: Request) -> Asked:
    assert request.tree is not None
    wanted = request.wanted.strip()
    found = [
        (score, made)
        for made, score in _questions_of(request.tree)
        if made.answer[0] < request.answer.end
        and request.answer.start < made.answer[1]
        and _without_article(request.sentence[slice(*made.answer)]) == _without_article(wanted)
    ]
    if not found:
        return Asked(None, reason="no clause that asks for it")
    score, made = max(found, key=lambda entry: entry[0])
    return Asked(made.text, rule=made.rule, score=score, made=made)


def _without_article(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if rest and first.lower() in ("the", "a", "an") else text


@lru_cache(maxsize=1024)
def _questions_of(tree: Tree) -> list[tuple[Made, float]]:
    """The well-formed questions of a sentence with their scores."""
    fitted = weights("english")
    return [
        (made, probability(english_features(made, tree), fitted))
        for made in questions(tree)
        if not refusal(made, tree)
    ]


def polar_question(tree: Tree) -> tuple[str, float] | None:
    """A question that "yes" answers, for the main clause of a sentence, with its score."""
    made = statement_question(tree)
    if made is None or refusal(made, tree):
        return None
    return made.text, probability(english_features(made, tree), weights("english"))


def question(words: list[Word], sentence: str, start: int, end: int, label: str) -> Asked:
    """The question that the stretch ``sentence[start:end]`` answers, or a refusal.

    Args:
        words: the sentence's analysis (`qa.english.analysis`).
        label: the answer's type; ``PER``, ``LOC``, ``ORG``, ``DATE``, ``NUM`` and their usual
            longer names are known, others are asked for with "what".
    """
    if not sentence.rstrip("\"'”’»)] ").endswith((".", "!", "?", "…")):
        return Asked(None, reason="a headline or a fragment")
    words = normalised(words)
    inside = [n for n, w in enumerate(words) if w.start < end and w.end > start]
    if not inside or words[inside[0]].start != start or words[inside[-1]].end != end:
        return Asked(None, reason="the answer cuts a word")
    first, after = inside[0], inside[-1] + 1
    clause = clause_around(words, first, after)
    if clause is None or clause.rest[1] < 0:
        return Asked(None, reason="no plain clause around the answer")
    turn = _Turn(words, sentence, clause, first, after, label.upper())
    made = turn.question()
    if isinstance(made, Asked):
        return made
    rule, text = made
    problem = _ill_formed(text, words, clause, sentence, start, end)
    return Asked(None, reason=problem) if problem else Asked(text, rule=rule)


class _Turn:
    """One clause and one answer in it: the material of the rules."""

    def __init__(
        self, words: list[Word], sentence: str, clause: Clause, first: int, after: int, label: str
    ) -> None:
        self.words, self.sentence, self.clause = words, sentence, clause
        self.first, self.after, self.label = first, after, label
        self.answer = words[first:after]

    def question(self) -> tuple[str, str] | Asked:
        clause = self.clause
        verb = self.words[clause.verbs[0]]
        if any(
            w.negated or w.lemma in ("not", "never", "no") for w in self.words[slice(*clause.verbs)]
        ):
            return Asked(None, reason="a negative clause")
        if verb.text.startswith(("'", "’")):
            return Asked(None, reason="a contracted verb")
        if self.words[clause.verbs[1] - 1].lemma.lower() in ("say", "tell", "add", "announce"):
            return Asked(None, reason="what was said is not in the question")
        if clause.lead[0] <= self.first < clause.lead[1]:
            return self._leading()
        if self.first < clause.subject[1]:
            return self._subject()
        if clause.rest[0] <= self.first and self.after <= clause.rest[1]:
            return self._rest()
        return Asked(None, reason="the answer is not in the plain clause")

    # --- texts -------------------------------------------------------------------------------

    def _text(self, start: int, end: int) -> str:
        """The sentence's own text of words start to end, its first word without sentence case."""
        if start >= end:
            return ""
        text = self.sentence[self.words[start].start : self.words[end - 1].end]
        word = self.words[start]
        if start == 0 and not self._keeps_capital(word):
            text = text[:1].lower() + text[1:]
        return text

    def _keeps_capital(self, word: Word) -> bool:
        """True for a first word that is, or may well be, a name or an abbreviation."""
        acronym = word.text.isupper() and len(word.text) > 1
        if word.pos in ("name", "unknown") or acronym or "." in word.text:
            return True
        following = self.words[1].pos if len(self.words) > 1 else ""
        # A singular noun without a determiner at the very start: "Ring settled the case".
        return (
            word.pos == "noun" and not word.plural and following in ("verb", "aux", "adv", "name")
        )

    def _wh(self) -> str | None:
        """The wh-phrase for an answer that is a noun phrase."""
        head = self.answer[-1]
        if self.label in PERSON or (
            self.label not in PLACE | ORGANISATION and is_person_noun(head)
        ):
            return "who"
        if self.label in ORGANISATION:
            return "which organisation"
        if self.label in PLACE:
            return "which place"
        if self.label in TIME | NUMBER:
            return None
        if self.label in ("NAME", "MISC", "") and any(w.pos == "name" for w in self.answer):
            lemma = self.words[self.clause.verbs[1] - 1].lemma.lower()
            speaks = lemma in SPEAKS and self.after <= self.clause.subject[1]
            return "who" if speaks else None
        return "what"

    def _inverted(self) -> str:
        """Auxiliary, subject and the rest of the verb group, with do-support where needed."""
        first, after = self.clause.verbs
        verb = self.words[first]
        subject = self._text(*self.clause.subject)
        if verb.pos == "aux" and (after > first + 1 or verb.lemma == "be"):
            return " ".join(x for x in (verb.text, subject, self._text(first + 1, after)) if x)
        do = {"past": "did", "p3": "does"}.get(verb.form, "do" if self._plural() else "does")
        between = self._text(self.clause.subject[1], first)  # an adverb before the verb
        return " ".join(x for x in (do, subject, between, verb.lemma) if x)

    def _plural(self) -> bool:
        subject = self.words[slice(*self.clause.subject)]
        return subject[-1].plural or any(w.pos == "conj" for w in subject)

    # --- the rules ---------------------------------------------------------------------------

    def _subject(self) -> tuple[str, str] | Asked:
        start, end = self.clause.subject
        core = start
        while core < end and self.words[core].pos == "det":
            core += 1
        predicate = self._text(self.clause.subject[1], self.clause.rest[1])
        begin, rest_end = self.clause.rest
        if rest_end <= begin or self.words[begin].pos == "conj":
            return Asked(None, reason="nothing follows the verb")
        counted = self._counted()
        if counted and self.first in (start, core) and self.after < end:
            return "how many, subject", f"How many {self._text(self.after, end)} {predicate}?"
        if (self.first, self.after) not in ((start, end), (core, end)):
            return Asked(None, reason="the answer is part of the subject")
        wh = self._wh()
        if wh is None:
            return Asked(None, reason="no wh-word for the answer's type")
        verb = self.words[self.clause.verbs[0]]
        if verb.form == "pres" and verb.lemma not in ("have", "be"):
            return Asked(None, reason="agreement of a plural present")
        if verb.lemma == "have" and verb.text.lower() == "have":
            return Asked(None, reason="agreement of a plural present")
        return f"{wh}, subject", f"{wh.capitalize()} {predicate}?"

    def _leading(self) -> tuple[str, str] | Asked:
        start, end = self.clause.lead
        word = self.words[start].lemma.lower()
        plain = all(
            w.pos in ("det", "adj", "num", "noun", "name") for w in self.words[start + 1 : end]
        )
        if not plain or self.after != end:
            return Asked(None, reason="the answer is part of the leading phrase")
        rest = self._text(*self.clause.rest)
        ask = self._time_or_place(word)
        if ask is None or (ask == "where" and word == "of"):
            return Asked(None, reason="the leading phrase is neither time nor place")
        return f"{ask}, leading", " ".join(
            x for x in (ask.capitalize(), self._inverted(), rest) if x
        ) + "?"

    def _time_or_place(self, preposition: str) -> str | None:
        timed = self.label in TIME or all(
            is_date_word(w) or w.pos in ("num", "det") for w in self.answer
        )
        if (
            timed
            and any(is_date_word(w) for w in self.answer)
            and preposition in ("in", "on", "during", "")
        ):
            return "when"
        if self.label in PLACE and preposition in ("in", "at"):
            return "where"
        return None

    def _counted(self) -> bool:
        """A number before a plural noun, which "how many" can stand for."""
        if not all(
            w.pos == "num" and (w.text.isalpha() or w.text[:1].isdigit()) for w in self.answer
        ):
            return False
        after = self.words[self.after : self.after + 3]
        if (after and after[0].text in ("%", "percent")) or any(
            is_date_word(w) for w in self.answer
        ):
            return False
        if self.first and self.words[self.first - 1].text in ("$", "£", "€", "at", "number", "of"):
            return False
        noun = next((w for w in after if w.pos in ("noun", "unknown")), None)
        return (
            noun is not None
            and noun.plural
            and all(w.pos in ("adj", "noun", "name") for w in after[: after.index(noun)])
        )

    def _rest(self) -> tuple[str, str] | Asked:
        begin, end = self.clause.rest
        counted = self._counted()
        start = self.first
        while start > begin and self.words[start - 1].pos == "det":
            start -= 1
        before = self.words[start - 1] if start > begin else None
        if counted and before is None:
            noun = next(
                n for n in range(self.after, end) if self.words[n].pos in ("noun", "unknown")
            )
            things = self._text(self.after, noun + 1)
            tail = self._text(noun + 1, end)
            if noun + 1 < end and self.words[noun + 1].pos not in ("adp", "adv"):
                return Asked(None, reason="the counted noun goes on")
            return "how many, object", " ".join(
                x for x in ("How many", things, self._inverted(), tail) if x
            ) + "?"
        following = self.words[self.after] if self.after < end else None
        if following is not None and (
            following.pos not in ("adp", "adv") or following.lemma.lower() in NOT_AFTER
        ):
            return Asked(None, reason="the answer is part of a longer phrase")
        if before is not None and before.pos in (
            "adj",
            "noun",
            "name",
            "num",
            "unknown",
            "gen",
            "conj",
        ):
            if not (self.label in TIME and self.answer[0].text in DAYS):
                return Asked(None, reason="the answer is part of a longer phrase")
            return self._question_without_answer("when", start)
        if before is None or before.pos in ("adv", "aux", "verb"):
            # Nothing but adverbs and infinitives may stand between: "vowed not to use the army".
            if all(
                w.pos == "adv" or w.lemma == "to" or w.form == "inf"
                for w in self.words[begin:start]
            ) and not (before is not None and before.pos == "adv" and start == self.first):
                return self._object(start)
            return Asked(None, reason="the answer is not a plain complement")
        if before.pos == "adp":
            return self._prepositional(start, before.lemma.lower())
        return Asked(None, reason="the answer is not a plain complement")

    def _object(self, start: int) -> tuple[str, str] | Asked:
        if self.label in TIME and any(is_date_word(w) for w in self.answer):
            return self._question_without_answer("when", start)
        verb = self.words[self.clause.verbs[1] - 1]
        wh = self._wh()
        if wh is None:
            return Asked(None, reason="no wh-word for the answer's type")
        if verb.lemma == "be":
            opener = self.words[start]
            if opener.pos == "det" and opener.lemma.lower() in ("a", "an"):
                return Asked(None, reason="a predicate that only classifies")
            if self.after != self.clause.rest[1] or opener.pos not in ("det", "name"):
                return Asked(None, reason="a predicate that may be only a part or an adjective")
        return self._question_without_answer(wh, start)

    def _prepositional(self, start: int, preposition: str) -> tuple[str, str] | Asked:
        before = self.words[start - 2] if start - 2 >= self.clause.verbs[0] else None
        attached = before is None or start - 2 < self.clause.rest[0] or before.pos == "adv"
        ask = self._time_or_place(preposition)
        verb = self.words[self.clause.verbs[1] - 1].lemma.lower()
        if ask == "when" and self._plain_time():
            return self._question_without_answer("when", start - 1)
        if ask == "where":
            if attached or verb in PLACED:
                return self._question_without_answer("where", start - 1)
            return Asked(None, reason="the phrase of place may belong to the noun before it")
        wh = self._wh()
        if not attached or wh is None or preposition in NOT_ASKED:
            return Asked(None, reason="the prepositional phrase may belong to the noun before it")
        if self.after != self.clause.rest[1]:
            return Asked(None, reason="the prepositional phrase is not the last")
        text = f"{wh.capitalize()} {self._inverted()} {self._text(self.clause.rest[0], start)}?"
        return f"{wh}, {preposition}", text

    def _plain_time(self) -> bool:
        return self.words[self.clause.verbs[0]].form in ("past", "p3", "pres", "modal")

    def _question_without_answer(self, ask: str, start: int) -> tuple[str, str] | Asked:
        """The answer's phrase (from word ``start``) removed, the rest kept in its order."""
        before = self._text(self.clause.rest[0], start)
        tail = self._text(self.after, self.clause.rest[1])
        text = " ".join(x for x in (ask.capitalize(), self._inverted(), before, tail) if x)
        return f"{ask}, complement", text + "?"


PRONOUNS = frozenset(
    """he she it they him her them his hers its their theirs this these those that i we you us our
    my your me who which such same another other others one ones former latter so too also
    even any instead however thus then there only like than as more most less least both either
    respectively here now still just yet rather again""".split()
)


def _ill_formed(
    text: str, words: list[Word], clause: Clause, sentence: str, start: int, end: int
) -> str:
    """Why a question is not fit to be asked, or an empty string."""
    body = text[:-1].split()
    if not MIN_WORDS <= len(body) <= MAX_WORDS:
        return "too short or too long"
    if sentence[start:end].lower() in text.lower():
        return "the question contains its answer"
    if any(w.strip(",").lower() in PRONOUNS for w in body[1:]):
        return "a pronoun that only the context explains"
    if any(c in text for c in '"“”()[]«»;:') or text.count("'") > 1:
        return "quotation or brackets inside"
    if not body[-1][-1].isalnum() or re.search(r"['’]\w?$", body[-1]) or len(body[-1]) == 1:
        return "a loose end"
    if body[-1].lower() in ("and", "or", "the", "a", "an", "that", "of", "to"):
        return "a loose end"
    last = words[clause.rest[1] - 1] if clause.rest[1] else words[-1]
    if last.pos in ("verb", "adp") and last.form != "pp" and last.end > end:
        return "a loose end"
    content = {"noun", "name", "unknown", "num"}
    spans = (clause.subject, clause.rest)
    known = sum(
        w.pos in content and not (w.start < end and w.end > start)
        for a, b in spans for w in words[a:b]
    )  # fmt: skip
    if known < 1 or (known < 2 and len(body) < 5):
        return "too little to go by"
    return ""
