"""Questions from a dependency tree: one rule for each part of a clause that can be asked for.

The transformations of Heilman and Smith (2010, "Good Question! Statistical Ranking for Question
Generation") over `predications`; answers are whole phrases (`phrases`), question words come from
`wh_words`. Each question carries the `Frame` of its clause for the other language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from projector.qa.english.frames import Frame, Made
from projector.qa.english.inflection import SINGULAR, bare_form, past_of_participle, third_person
from projector.qa.english.nouns import EMPTY, LIGHT_VERBS, TIME_NOUNS, is_person
from projector.qa.english.phrases import (
    below,
    is_plain,
    is_run,
    phrase,
    stretch,
    surface,
    trimmed,
    without_article,
)
from projector.qa.english.predications import Predication, predications
from projector.qa.english.syntax import Tree
from projector.qa.english.wh_words import question_word

YEAR = re.compile(r"(?:c\.)?\d{3,4}(?:s|['’]s)?|\d{1,2}[:.]\d\d(?:am|pm)?|\d{1,2}(?:am|pm)")
DATED = TIME_NOUNS | frozenset(
    """mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec a.m. p.m. am pm
    bc ad bce ce noon easter christmas ramadan rush weekend o'clock gmt utc ago 1990 bronze iron
    age reign war""".split()
)
PLACES = frozenset(("GPE", "LOC", "FAC"))
MAX_ANSWER = 12
UNASKED_TAGS = frozenset(("PRP", "PRP$", "WP", "WDT", "WRB", "EX"))
OFTEN = frozenset("every each per daily all more less recent past".split())
NAMING = frozenset("name nickname call dub title rename".split())
PRICED = frozenset("cost pay spend raise earn donate lose owe receive give invest".split())
TOLD = frozenset("promise vow pledge say tell announce claim agree decide threaten refuse".split())
CAUSATIVE = frozenset("leave make keep find get have see hear watch let help render hold".split())
LABELS = {"who": "PER", "when": "DATE", "where": "LOC", "how many": "NUM", "how much": "MONEY"}


def questions(tree: Tree) -> list[Made]:
    """All questions of a sentence, in the order of its clauses."""
    if not tree.text.rstrip("\"'”’»)] ").endswith((".", "!", "…")):
        return []  # headlines, fragments and questions
    made: list[Made] = []
    for parts in predications(tree):
        made += _of_clause(tree, parts)
    made += _of_appositions(tree)
    return made


def statement_question(tree: Tree) -> Made | None:
    """Whether the main clause is so: "Did Apple buy Beats in 2014?"."""
    for parts in predications(tree):
        if parts.embedded == "ROOT" and parts.tail:
            return _Clause(tree, parts).of_statement()
    return None


def _of_clause(tree: Tree, parts: Predication) -> Iterator[Made]:
    clause = _Clause(tree, parts)
    yield from clause.of_subject()
    yield from clause.of_objects()
    yield from clause.of_adjuncts()
    yield from clause.of_numbers()
    yield from clause.of_reasons()


class _Clause:
    def __init__(self, tree: Tree, parts: Predication) -> None:
        self.tree, self.parts = tree, parts
        self.verb = tree.tokens[parts.verb]
        self.copula = tree.lemma(parts.verb) == "be" and self.verb.pos == "AUX"
        subject = tree.tokens[parts.subject_head]
        coordinated = bool(tree.dependents(parts.subject_head, "conj"))
        self.plural = coordinated or subject.tag in ("NNS", "NNPS") or self._finite_is_plural()

    def _finite_is_plural(self) -> bool:
        parts = self.parts
        first = self.tree.tokens[parts.auxiliaries[0] if parts.auxiliaries else parts.verb]
        return first.text.lower() in SINGULAR or first.tag == "VBP"

    # --- pieces of text ------------------------------------------------------------------------

    def _verb_words(self) -> list[int]:
        return [*self.parts.auxiliaries, *self.parts.between, self.parts.verb]

    def _inverted(self) -> str:
        """Auxiliary, subject and main verb, with do-support where there is no auxiliary."""
        parts, tree = self.parts, self.tree
        subject = surface(tree, parts.subject)
        between = surface(tree, parts.between)
        verb = self.verb
        if parts.auxiliaries:
            first, *others = parts.auxiliaries
            rest = surface(tree, sorted([*others, *parts.between, parts.verb]))
            return f"{tree.tokens[first].text.lower()} {subject} {rest}"
        if self.copula:
            return " ".join(x for x in (verb.text.lower(), subject, between) if x)
        do = {"VBD": "did", "VBZ": "does"}.get(verb.tag, "do")
        bare = bare_form(verb.text, verb.tag, verb.lemma.lower())
        return " ".join(x for x in (do, subject, between, bare) if x)

    def _tail(self, without: Sequence[int] = (), *, leads: bool = True) -> str:
        gone = set(without)
        pieces = [surface(self.tree, [n for n in self.parts.tail if n not in gone])]
        if leads:
            pieces += [
                surface(self.tree, lead) for lead in self.parts.leads if not gone & set(lead)
            ]
        return " ".join(p for p in pieces if p)

    def _used(self, without: Sequence[int], *, subject: bool) -> list[int]:
        parts = self.parts
        found = [*self._verb_words(), *parts.tail, *(n for lead in parts.leads for n in lead)]
        if subject:
            found += parts.subject
        return sorted(set(found) - set(without))

    def _frame(self, ask: str, role: str, answer: Sequence[int], gap: Sequence[int],
               counted: Sequence[int] = ()) -> Frame:  # fmt: skip
        tree, parts, gone = self.tree, self.parts, set(gap)
        groups = [*_runs([n for n in parts.tail if n not in gone])]
        groups += [lead for lead in parts.leads if not gone & set(lead)]
        return Frame(
            ask, role, stretch(tree, answer), stretch(tree, gap), stretch(tree, parts.subject),
            [stretch(tree, [n]) for n in self._verb_words()],
            [stretch(tree, g) for g in groups],
            counted=stretch(tree, counted) if counted else None, plural=self.plural,
        )  # fmt: skip

    def _made(self, text: str, ask: str, role: str, answer: Sequence[int], gap: Sequence[int],
              counted: Sequence[int] = (), *, subject: bool = True) -> Iterator[Made]:  # fmt: skip
        tree = self.tree
        answer = without_article(tree, answer)
        if len(answer) > MAX_ANSWER and ask != "why":
            return
        if ask != "why" and any(tree.tokens[n].tag in UNASKED_TAGS for n in answer):
            return
        used = self._used(gap, subject=subject)
        if not is_plain(tree, used):
            return
        text = " ".join(text.split())
        label = LABELS.get(ask, "")
        if not label:
            label = tree.tokens[answer[-1]].ent or "NP"
        yield Made(
            text[:1].upper() + text[1:].rstrip(" ,") + "?", stretch(tree, answer), label,
            f"{ask}, {role}", self._frame(ask, role, answer, gap, counted), self.parts, used,
        )  # fmt: skip

    def of_statement(self) -> Made | None:
        """The clause turned into a question that yes or no answers; its answer is the verb."""
        verb = [self.parts.verb]
        text = f"{self._inverted()} {self._tail()}"
        used = self._used((), subject=True)
        if not is_plain(self.tree, used):
            return None
        text = " ".join(text.split())
        frame = self._frame("yes or no", "clause", verb, verb)
        return Made(
            text[:1].upper() + text[1:].rstrip(" ,") + "?", stretch(self.tree, verb), "",
            "yes or no", frame, self.parts, used,
        )  # fmt: skip

    # --- rules ---------------------------------------------------------------------------------

    def of_subject(self) -> Iterator[Made]:
        """Who or what does it: the subject replaced by the question word."""
        tree, parts = self.tree, self.parts
        if not parts.tail and not parts.leads:
            return
        if self._says_nothing(()):
            return
        lemma = "" if parts.passive else tree.lemma(parts.verb)
        word = question_word(tree, parts.subject_head, subject_of=lemma)
        if word is None:
            return
        if self.copula and not self._defines():
            return
        if self.plural and self.copula:
            return
        words = self._verb_words()
        finite = tree.tokens[parts.auxiliaries[0] if parts.auxiliaries else parts.verb]
        text = finite.text.lower()
        if self.plural:
            text = SINGULAR.get(text, text)
            if finite.tag == "VBP" and not parts.auxiliaries and not self.copula:
                text = third_person(finite.lemma.lower())
        others = [n for n in words if tree.tokens[n] is not finite]
        if parts.auxiliaries:
            group = f"{text} {surface(tree, sorted(others))}"
        else:
            before = [n for n in others if n < parts.verb]
            group = f"{surface(tree, before)} {text}"
        yield from self._made(
            f"{word} {group} {self._tail()}", word, "subject", parts.subject, parts.subject,
            subject=False,
        )  # fmt: skip

    def _says_nothing(self, gap: Sequence[int]) -> bool:
        """A verb of saying without what was said: "promised Saturday"."""
        if self.parts.passive or self.tree.lemma(self.parts.verb) not in TOLD:
            return False
        said = self.tree.dependents(self.parts.verb, "dobj", "ccomp", "xcomp", "dative", "oprd")
        return not set(said) & (set(self.parts.tail) - set(gap))

    def _defines(self) -> bool:
        """A copula whose predicate fits one thing only: "the capital of Peru"."""
        attribute = self.tree.dependent(self.parts.verb, "attr")
        if attribute is None:
            return False
        first = self.tree.tokens[below(self.tree, attribute)[0]]
        return first.text.lower() in ("the", "one") or first.tag == "POS"

    def of_objects(self) -> Iterator[Made]:
        """Direct objects of the verb and of the infinitives that it governs."""
        tree = self.tree
        for verb in self._governed():
            for child in tree.dependents(verb, "dobj", "attr"):
                yield from self._object(verb, child)

    def _governed(self) -> list[int]:
        """The verb and the chain of its infinitives: "decided to try to buy"."""
        found = [self.parts.verb]
        while True:
            inner = self.tree.dependent(found[-1], "xcomp")
            if inner is None or self.tree.tokens[inner].pos not in ("VERB", "AUX"):
                return found
            if any(self.tree.lemma(c) in ("not", "never") for c in self.tree.children[inner]):
                return found
            found.append(inner)

    def _object(self, verb: int, head: int) -> Iterator[Made]:
        tree, parts = self.tree, self.parts
        token = tree.tokens[head]
        whole = phrase(tree, head)
        if whole is None or not set(whole) <= set(parts.tail):
            return
        attribute = token.dep == "attr"
        if attribute and (verb != parts.verb or not self._identifies(whole)):
            return
        word = question_word(tree, head)
        bare = whole[0] == head and token.pos == "NOUN" and token.tag == "NN"
        short = {"short", "quick"} & {tree.lemma(n) for n in whole} and tree.lemma(head) == "work"
        light = tree.lemma(verb) in LIGHT_VERBS and (
            bare or bool(short) or tree.lemma(head) in EMPTY
        )
        named = tree.lemma(verb) in NAMING
        if word is None or light or named or tree.lemma(head) in EMPTY:
            return
        if word == "who" and tree.lemma(verb) == "have":
            return
        if tree.lemma(verb) in CAUSATIVE and self._has_complement(verb, whole):
            return  # "left the building in ruins": not the building was left
        if any(tree.tokens[c].dep == "ccomp" for c in tree.children[verb]):
            return  # "telling one man that ...": the clause is what is told
        role = "predicate" if attribute else "object"
        text = f"{word} {self._inverted()} {self._tail(whole)}"
        yield from self._made(text, word, role, whole, whole)

    def _has_complement(self, verb: int, whole: Sequence[int]) -> bool:
        """Whether something is said of the object behind it."""
        tree, after = self.tree, whole[-1] + 1
        following = tree.tokens[after] if after < len(tree.tokens) else None
        if following is not None and following.pos in ("VERB", "ADJ", "NOUN"):
            return True
        return bool(tree.dependents(verb, "oprd", "xcomp", "ccomp", "acomp"))

    def _identifies(self, attribute: Sequence[int]) -> bool:
        """A predicate that tells what a named thing is."""
        tree = self.tree
        subject = tree.tokens[self.parts.subject_head]
        named = subject.pos == "PROPN"
        first = tree.tokens[attribute[0]]
        return self.copula and named and len(attribute) > 2 and first.pos in ("DET", "NUM")

    def of_adjuncts(self) -> Iterator[Made]:
        """When, where, how long, for how much; and by whom a thing was done."""
        tree, parts = self.tree, self.parts
        for verb in self._governed():
            for child in tree.dependents(verb, "prep", "npadvmod", "agent"):
                numbers = trimmed(tree, below(tree, child))
                inside = set(numbers) <= set(parts.tail) or numbers in parts.leads
                if not inside or not is_run(numbers):
                    continue
                if tree.tokens[child].dep == "npadvmod":
                    yield from self._bare_time(child, numbers)
                elif tree.tokens[child].dep == "agent":
                    yield from self._agent(child, numbers)
                else:
                    yield from self._prepositional(child, numbers)

    def _bare_time(self, head: int, numbers: list[int]) -> Iterator[Made]:
        point = self.tree.tokens[head].ent == "DATE" and _is_point(self.tree, numbers)
        if point and self._dates() <= set(numbers):
            yield from self._adjunct("when", numbers, numbers)

    def _dates(self) -> set[int]:
        """Tokens of dates and times that stand in the question."""
        told = [*self.parts.tail, *(n for lead in self.parts.leads for n in lead)]
        return {n for n in told if self.tree.tokens[n].ent in ("DATE", "TIME")}

    def _adjunct(
        self, ask: str, answer: Sequence[int], gap: Sequence[int], role: str = "adjunct"
    ) -> Iterator[Made]:
        if self.copula and not self.parts.tail:
            return
        if self._says_nothing(gap):
            return
        first = self.tree.tokens[(self.parts.auxiliaries or [self.parts.verb])[0]]
        if ask == "when" and first.text.lower() in ("has", "have"):
            return  # the perfect does not go with a time that is over
        text = f"{ask} {self._inverted()} {self._tail(gap)}"
        yield from self._made(text, ask, role, answer, gap)

    def _prepositional(self, preposition: int, numbers: list[int]) -> Iterator[Made]:
        tree = self.tree
        word = tree.lemma(preposition)
        head = tree.dependent(preposition, "pobj")
        if head is None or len(numbers) < 2 or numbers[0] != preposition:
            return
        inner = numbers[1:]
        kind = tree.tokens[head].ent
        if kind in ("DATE", "TIME") and word in ("in", "on", "at", "during"):
            if _is_point(tree, inner) and self._dates() <= set(numbers):
                yield from self._adjunct("when", inner, numbers)
        elif kind in ("DATE", "TIME") and word == "for" and _is_duration(tree, inner):
            if any(tree.tokens[n].tag in ("JJS", "RBS") for n in self.parts.tail):
                return  # "the lowest level for two decades"
            yield from self._adjunct("how long", inner, numbers)
        elif kind == "MONEY" and word == "for":
            yield from self._adjunct("for how much", inner, numbers)
        elif kind in PLACES and word in ("in", "at", "near", "outside", "inside"):
            places = [n for n in self.parts.tail if tree.tokens[n].ent in PLACES]
            if set(places) <= set(numbers):
                yield from self._adjunct("where", inner, numbers)

    def _agent(self, by: int, numbers: list[int]) -> Iterator[Made]:
        """A passive turned: "was written by X" is asked "Who wrote ...?"."""
        tree, parts = self.tree, self.parts
        head = tree.dependent(by, "pobj")
        if head is None or numbers[0] != by or parts.verb != tree.tokens[by].head:
            return
        lemma = tree.lemma(parts.verb)
        word = question_word(tree, head, subject_of=lemma)
        auxiliaries = [tree.tokens[a].text.lower() for a in parts.auxiliaries]
        if word is None or auxiliaries not in (["was"], ["were"], ["is"], ["are"]):
            return
        form = past_of_participle(self.verb.text)
        if auxiliaries[0] in ("is", "are"):
            form = third_person(lemma)
        subject = surface(tree, parts.subject)
        between = surface(tree, parts.between)
        text = f"{word} {between} {form} {subject} {self._tail(numbers)}"
        yield from self._made(text, word, "agent", numbers[1:], numbers)

    def of_numbers(self) -> Iterator[Made]:
        """How many: a number before a plural noun in the subject or the object."""
        tree, parts = self.tree, self.parts
        yield from self._counted(parts.subject_head, parts.subject, "subject")
        for verb in self._governed():
            for child in tree.dependents(verb, "dobj"):
                whole = phrase(tree, child)
                if whole is not None and set(whole) <= set(parts.tail):
                    yield from self._counted(child, whole, "object")
                    yield from self._money(verb, child, whole)

    def _counted(self, head: int, whole: list[int], role: str) -> Iterator[Made]:
        tree = self.tree
        number = tree.dependent(head, "nummod")
        token = tree.tokens[head]
        if number is None or token.tag not in ("NNS", "NNPS") or tree.dependents(head, "conj"):
            return
        if token.ent in ("DATE", "TIME", "PERCENT", "MONEY", "ORDINAL", "QUANTITY"):
            return
        answer = trimmed(tree, below(tree, number))
        text = tree.tokens[number].text
        if not is_run(answer) or answer[0] != whole[0] or tree.tokens[number].pos != "NUM":
            return
        if text.lower() == "one" or not (text.isalpha() or text[:1].isdigit()):
            return
        finite = tree.tokens[(self.parts.auxiliaries or [self.parts.verb])[0]]
        if role == "subject" and finite.tag == "VBZ":
            return  # the parse has another subject for the verb
        things = surface(tree, [n for n in whole if n not in answer])
        ask = "how many"
        if role == "subject":
            group = f"{surface(tree, self._verb_words())} {self._tail()}"
            if not self._tail():
                return
        else:
            group = f"{self._inverted()} {self._tail(whole)}"
        yield from self._made(
            f"{ask} {things} {group}", ask, role, answer, answer, whole, subject=role != "subject"
        )

    def _money(self, verb: int, head: int, whole: list[int]) -> Iterator[Made]:
        tree = self.tree
        plain = ("ADV", "ADP", "ADJ", "SYM", "NUM")
        only = all(tree.tokens[n].ent == "MONEY" or tree.tokens[n].pos in plain for n in whole)
        if only and tree.tokens[head].ent == "MONEY" and tree.lemma(verb) in PRICED:
            text = f"how much {self._inverted()} {self._tail(whole)}"
            yield from self._made(text, "how much", "object", whole, whole)

    def of_reasons(self) -> Iterator[Made]:
        """Why: where a because-clause or "because of" stands there."""
        tree = self.tree
        for head in self.parts.reasons:
            numbers = trimmed(tree, tree.subtree(head))
            answer = numbers
            while answer and tree.tokens[answer[0]].text.lower() in ("because", "of", "due", "to"):
                answer = answer[1:]
            if tree.tokens[numbers[0]].text.lower() not in ("because", "due"):
                answer = numbers
            if not answer or not is_run(answer) or not is_plain(tree, numbers):
                continue
            text = f"why {self._inverted()} {self._tail(numbers)}"
            yield from self._made(text, "why", "adjunct", answer, numbers)


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return runs


def _is_point(tree: Tree, numbers: Sequence[int]) -> bool:
    """A date that says when, not how long or how often, and no other measure."""
    words = [tree.tokens[n].text.lower() for n in numbers]
    lemmas = {tree.lemma(n) for n in numbers}
    if not lemmas & DATED and not any(YEAR.fullmatch(w) for w in words):
        return False
    if any(w in OFTEN for w in words):
        return False
    if words[-1] in ("years", "months", "weeks", "days", "decades", "time", "minutes", "hours"):
        return False
    return not any(tree.tokens[n].tag in ("PRP", "PRP$", "WDT") for n in numbers)


def _is_duration(tree: Tree, numbers: Sequence[int]) -> bool:
    words = [tree.tokens[n].lemma.lower() for n in numbers]
    units = ("year", "month", "week", "day", "decade", "hour", "minute", "second", "century")
    return words[-1] in units and any(tree.tokens[n].pos == "NUM" for n in numbers)


def _of_appositions(tree: Tree) -> Iterator[Made]:
    """Who is the ...: a person named beside the office that only one person holds."""
    for n, token in enumerate(tree.tokens):
        if token.dep != "appos" or token.pos not in ("NOUN", "PROPN"):
            continue
        head = token.head
        pairs = ((head, n), (n, head))
        for name, office in pairs:
            yield from _apposition(tree, name, office)


def _apposition(tree: Tree, name: int, office: int) -> Iterator[Made]:
    if tree.tokens[name].ent != "PERSON" or tree.tokens[office].ent == "PERSON":
        return
    if not is_person(tree.lemma(office)):
        return
    named = tree.entity(name)
    drop = frozenset(("appos", "relcl", "acl"))
    titled = trimmed(tree, below(tree, office, drop=drop))
    titled = [n for n in titled if n not in named]
    if not is_run(titled) or not is_run(named) or not is_plain(tree, [*titled, *named]):
        return
    first = tree.tokens[titled[0]]
    if any(tree.tokens[n].ent in ("DATE", "CARDINAL") for n in titled):
        return  # who held it then need not hold it now
    unique = first.text.lower() == "the" or any(tree.tokens[n].tag == "POS" for n in titled)
    if not unique or len(titled) < 3 or tree.tokens[office].tag == "NNS":
        return
    if any(tree.tokens[n].tag in ("PRP", "PRP$") for n in titled):
        return
    text = f"Who is {surface(tree, titled)}?"
    frame = Frame(
        "who", "apposition", stretch(tree, named), stretch(tree, named), stretch(tree, named),
        [], [stretch(tree, titled)],
    )  # fmt: skip
    yield Made(text, stretch(tree, named), "PER", "who, apposition", frame, None, titled)
