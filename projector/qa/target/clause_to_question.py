"""A clause of the target language turned into a question.

The answer goes out, the question word comes to the front, and the rest takes the order that a
question has: the verb before its subject in Spanish and Italian, second in German and Dutch,
unchanged after *est-ce que* in French and in Portuguese. What a rule does not fit is refused with
its reason. No word is translated: everything but the question word is the translator's own text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from projector.qa.english.frames import Frame
from projector.qa.english.syntax import Tree
from projector.qa.target.agreement import (
    is_copula,
    looks_plural,
    masculine_singular,
    singular,
)
from projector.qa.target.clause_words import ClauseWords, RefusedClause
from projector.qa.target.grammar import Grammar
from projector.qa.target.located import FREE, SUBJECT, VERB, Located

SEPARABLE = tuple(
    """ab an auf aus bei ein fest fort her hin los mit nach statt teil vor weg weiter zu zurück
    zusammen um wieder""".split()
)
SUBJUNCTIVE = ("ara", "iera", "aran", "ieran", "ase", "iese", "asse", "esse", "isse")
PARTICIPLES = tuple("ados adas idos idas ado ada ido ida ando endo iendo".split())
SUBJUNCTIVE_FORMS = frozenset(
    """fuese fuera haya hubiese hubiera sea sean seja sejam fosse fossem haja hajam tenga tengan
    tenha tenham pueda puedan possa possam esté estén esteja estejam""".split()
)
SUBJUNCTIVE_PLURAL = ("ieran", "iesen", "aran", "asen", "hubiese", "hubiera", "haya", "hayan")
MAX_MOVED = 9
ABILITY = frozenset(  # what stands for "can": "es [posible diseñar]"
    "posible posibles capaz capaces possível possíveis possibile possibili capace capaci".split()
)
PLURAL_WITHOUT_S = frozenset(
    """cuatro cinco siete ocho nueve diez once doce trece catorce quince veinte treinta cuarenta
    cincuenta cien mil quatro cinco sete oito nove onze doze treze quatorze quinze vinte trinta
    quarenta cinquenta cem gente policía parte mayoría maioria polícia""".split()
)
PASSIVE = frozenset(("wurde", "wurden", "wird", "werden", "worden"))
NEED_ANOTHER = frozenset(
    """wurde wurden wird werden hat haben hatte hatten kann können konnte konnten soll sollen muss
    müssen heeft hebben had hadden werd werden wordt worden kan kunnen zal zullen""".split()
)
NON_FINITE_GERMANIC = re.compile(r"[a-zäöüß]+(?:t|en|ln|rn|d)")
GERMAN_REPORTED = frozenset("sei seien habe werde könne müsse solle wolle dürfe".split())
REPORTING = (
    "dass",
    "daß",
)  # before them a weak present in -e is the subjunctive of reported speech
DATIVE = frozenset(("dem", "einem", "diesem", "seinem", "ihrem"))
ACCUSATIVE = frozenset(("den", "einen", "diesen", "seinen", "ihren"))
FEMININE_ENDINGS = ("as", "iones", "dades", "tudes", "ões", "dades", "zioni", "ità")
FEMININE_NOUNS = frozenset("mujeres veces calles mujeres mulheres vezes cidades persone".split())
MASCULINE_AS = frozenset("días problemas sistemas temas programas mapas dias".split())


def turned(lang: str, grammar: Grammar, tree: Tree, frame: Frame, clause: Located) -> str:
    """The question that the answer of the clause answers.

    Raises:
        RefusedClause: no rule fits; the message says why.
    """
    if any(w in grammar.negations for w in _folded(clause)):
        raise RefusedClause("a negation in the target clause")
    parts = ClauseWords(lang, grammar, tree, clause)
    if frame.role == "apposition":
        return _finished(grammar, _office(parts))
    gone, preposition = parts.gap()
    _complete(parts, gone)
    word, gone = _question_phrase(parts, frame, gone, preposition)
    if frame.role == "subject" or (frame.role == "agent" and not preposition):
        text = _subject_question(parts, frame, word, gone)
    elif grammar.order == "verb second":
        text = _verb_second(parts, word, gone)
    else:
        text = _romance(parts, frame, word, gone)
    last = text.split()[-1].lower()
    loose = grammar.articles | grammar.conjunctions
    if grammar.order != "verb second":
        loose = loose | grammar.prepositions.keys() | grammar.subordinators | grammar.clitics
    if last in loose:
        raise RefusedClause("a loose end")
    return _finished(grammar, text)


def _folded(clause: Located) -> list[str]:
    answer = set(clause.answer)
    return [clause.words[j].lower() for j in clause.kept if j not in answer]


def _complete(parts: ClauseWords, gone: Sequence[int]) -> None:
    """Refuse quotation marks, dashes, and a clause that opens inside without being asked for."""
    clause = parts.clause
    rest = [j for j in clause.kept if j not in gone]
    marks = [clause.words[j] for j in rest if not clause.words[j][0].isalnum()]
    if any(m not in {",", "'", "’", "%", "$", "€", "£"} for m in marks):
        raise RefusedClause("quotation marks, brackets or dashes inside")
    for before, j in pairwise(rest):
        opens = clause.words[before] == "," and parts.word(j) in parts.grammar.subordinators
        if opens and clause.roles[j] == FREE:
            raise RefusedClause("another clause opens inside")


def _finished(grammar: Grammar, text: str) -> str:
    text = " ".join(text.split()).strip(" ,")
    last = text.split()[-1]
    numeral = bool(re.fullmatch(r"[IVXLC]+\.", last))
    if last.endswith(".") and (numeral or not last[:-1].isupper()) and "." not in last[:-1]:
        text = text[:-1]  # a full stop that stuck to the last word
    closing = " ?" if grammar.order == "est-ce que" else "?"
    return f"{grammar.opening}{text[:1].upper()}{text[1:]}{closing}"


# --- the question word --------------------------------------------------------------------------


def _question_phrase(
    parts: ClauseWords, frame: Frame, gone: list[int], preposition: str
) -> tuple[str, list[int]]:
    """The question word with its preposition, and the tokens that it stands for."""
    grammar, words = parts.grammar, parts.grammar.words
    if frame.ask == "how many":
        return _counted(parts, frame, gone)
    if frame.ask in ("when", "where", "why", "how long", "for how much"):
        if frame.ask not in words:
            raise RefusedClause(f"no word for {frame.ask}")
        return words[frame.ask], _adverbial(parts, frame, gone, preposition)
    ask = frame.ask
    if ask == "who" and frame.role == "subject" and frame.plural and "who plural" in words:
        ask = "who plural"
    if ask not in words:
        raise RefusedClause(f"no word for {ask}")
    if frame.role == "subject" or (frame.role == "agent" and not preposition):
        if preposition:
            raise RefusedClause("the subject became a prepositional phrase")
        return words[ask], gone
    if preposition == "por" and ask == "what":
        raise RefusedClause("by what would read as why")
    if parts.lang == "de":
        passive = {parts.word(j) for j in parts.clause.kept} & PASSIVE
        if passive and frame.role == "object" and ask == "who" and not preposition:
            return grammar.words["who"], gone
        return _german_case(parts, ask, gone, preposition), gone
    if parts.lang == "nl" and preposition and ask == "what":
        return f"waar{preposition}", gone
    word = grammar.after_preposition.get(ask, words[ask]) if preposition else words[ask]
    if frame.role == "object" and preposition in ("de", "di"):
        verb_before = gone[0] > 0 and parts.clause.roles[gone[0] - 1] == VERB
        if parts.lang == "it" or not verb_before:
            raise RefusedClause("the object belongs to a noun")
    if frame.role == "object" and preposition not in ("", "a", "de", "à", "di", "em", "en"):
        raise RefusedClause("the object became a prepositional phrase")
    return f"{preposition} {word}".strip(), gone


def _adverbial(parts: ClauseWords, frame: Frame, gone: list[int], preposition: str) -> list[int]:
    grammar = parts.grammar
    taken = [parts.word(j) for j in gone if j not in parts.clause.answer]
    opening = parts.word(parts.clause.answer[0])
    if frame.ask == "when":
        allowed = grammar.time | grammar.articles
        if any(w not in allowed for w in taken) or (
            opening in grammar.prepositions and opening not in allowed
        ):
            raise RefusedClause("another preposition than that of a time")
    elif frame.ask == "where":
        allowed = grammar.place | grammar.articles
        if not preposition or any(w not in allowed for w in taken):
            raise RefusedClause("another preposition than that of a place")
    elif frame.ask == "why":
        at = parts.clause.answer[0] - 1
        connecting = grammar.because | grammar.articles | grammar.prepositions.keys() | {","}
        while at >= parts.clause.first and parts.word(at) in connecting:
            if at not in gone:
                gone = [at, *gone]
            at -= 1
    elif frame.ask == "for how much" and not preposition:
        raise RefusedClause("a price without its preposition")
    return gone


def _german_case(parts: ClauseWords, ask: str, gone: list[int], preposition: str) -> str:
    words = parts.grammar.words
    articles = {parts.word(j) for j in [*gone, *parts.clause.answer[:1]]}
    if preposition:
        if ask == "what":
            if preposition in ("in", "um", "zu"):
                raise RefusedClause("the object became a prepositional phrase")
            return f"wo{'r' if preposition[0] in 'aeiouü' else ''}{preposition}"
        if ask != "who":
            raise RefusedClause("a prepositional object with a noun")
        dative = preposition in ("mit", "von", "bei", "zu", "aus", "nach") or articles & DATIVE
        return f"{preposition} {'wem' if dative else 'wen'}"
    if ask == "who":
        return words["to whom"] if articles & DATIVE else words["whom"]
    if ask != "what" or articles & DATIVE:
        raise RefusedClause("an object in the dative")
    return words[ask]


def _counted(parts: ClauseWords, frame: Frame, gone: list[int]) -> tuple[str, list[int]]:
    """How many, with what is counted: "cuántas personas"."""
    tree, clause, grammar = parts.tree, parts.clause, parts.grammar
    counted = set(tree.within(*(frame.counted or frame.answer)))
    things = [j for j in clause.kept if clause.linked[j] in counted and j not in clause.answer]
    things = [j for j in things if j > clause.answer[-1]]
    if not things:
        raise RefusedClause("what is counted was not found")
    run = list(range(clause.answer[-1] + 1, things[-1] + 1))
    if len(run) > len(things) + 2 or any(j not in clause.kept for j in run):
        raise RefusedClause("what is counted is not in one piece")
    if any(clause.roles[j] == VERB for j in run):
        raise RefusedClause("a verb stands in what is counted")
    preposition = ""
    if parts.word(run[0]) in grammar.prepositions and grammar.order != "verb second":
        run = run[1:]  # "unas 20 de personas": the partitive goes with the number
    before = [j for j in gone if j not in clause.answer]
    for j in before:
        if parts.word(j) in grammar.prepositions:
            preposition = grammar.prepositions[parts.word(j)]
    if not run:
        raise RefusedClause("what is counted was not found")
    word = grammar.words[f"how many {_gender(parts, run)}"]
    if preposition and (frame.role == "subject" or grammar.order == "verb second"):
        raise RefusedClause("the counted phrase has a preposition")
    return f"{preposition} {word} {parts.text(run)}".strip(), sorted({*gone, *run})


def _gender(parts: ClauseWords, run: Sequence[int]) -> str:
    """Gender of the counted noun by its ending; only where it matters."""
    if parts.lang not in ("es", "pt", "it"):
        return "masculine"
    heads = [
        j for j in run
        if parts.clause.linked[j] >= 0 and parts.tree.tokens[parts.clause.linked[j]].tag in (
            "NNS", "NNPS")
    ]  # fmt: skip
    noun = parts.word(heads[0] if heads else run[0])
    if noun in MASCULINE_AS:
        return "masculine"
    if noun.endswith(FEMININE_ENDINGS) or noun in FEMININE_NOUNS:
        return "feminine"
    if parts.lang == "it":
        if noun.endswith("i"):
            return "masculine"
        if noun.endswith("e"):
            return "feminine"
    elif noun.endswith(("os", "ores", "eros", "es")) and not noun.endswith("iones"):
        return "masculine"
    raise RefusedClause("the gender of what is counted is not known")


# --- word order ---------------------------------------------------------------------------------


def _subject_question(parts: ClauseWords, frame: Frame, word: str, gone: list[int]) -> str:
    """The question word in the subject's place; what stood before the verb goes to the end."""
    clause = parts.clause
    rest = [j for j in clause.kept if j not in gone]
    closed = parts.grammar.articles | parts.grammar.prepositions.keys()
    behind = [j for j in rest if clause.roles[j] == SUBJECT and parts.word(j) not in closed]
    if frame.role == "subject" and behind and frame.ask != "how many":
        raise RefusedClause("a part of the subject stays behind")
    rest = [j for j in rest if not (clause.roles[j] == SUBJECT and frame.role == "subject")]
    if parts.grammar.order == "verb second":
        finite, others = _finite(parts, rest, gone)
        opening = parts.word(clause.first - 1) if clause.first else ""
        source = clause.linked[finite]
        conditional = source >= 0 and any(
            parts.tree.tokens[n].tag == "MD" for n in parts.tree.children[source]
        )
        reported = parts.word(finite).endswith("e") and conditional and (
            opening in REPORTING or parts.word(clause.kept[0]) in REPORTING
        )  # fmt: skip
        if parts.word(finite) in GERMAN_REPORTED or (
            reported and parts.word(finite) not in parts.grammar.auxiliaries
        ):
            raise RefusedClause("the subjunctive of reported speech")
        _agree(parts, frame, [finite], others, word)
        return f"{word} {parts.text([finite, *others])}"
    group = parts.verb_group(rest)
    if word == parts.grammar.words.get("who plural") and not _is_plural(parts, group):
        word = parts.grammar.words["who"]
    raising = rest.index(group[-1]) + 1
    impersonal = any(parts.word(j) == "se" or parts.word(j).endswith("-se") for j in group)
    if impersonal and raising < len(rest) and parts.word(rest[raising]) == "que":
        raise RefusedClause("the subject belongs to the clause inside")
    before = [j for j in rest if j < group[0]]
    if before and parts.word(before[0]) in parts.grammar.articles and frame.role == "subject":
        raise RefusedClause("the target clause has another subject")
    after = [j for j in rest if j > group[-1]]
    _one_verb_group(parts, group, rest)
    if is_copula(parts.word(group[0]), parts.lang) and "que" in map(parts.word, after[:3]):
        raise RefusedClause("an impersonal clause around it")
    if frame.role == "subject":
        _agrees_with(parts, group, gone)
    _no_other_subject(parts, group)
    _movable(parts, before)
    _agree(parts, frame, group, after, word)
    if parts.grammar.order == "est-ce que" and word == "que":
        word = "qu'est-ce qui"
    return f"{word} {parts.text([*group, *after, *before])}"


def _one_verb_group(parts: ClauseWords, group: Sequence[int], others: Sequence[int]) -> None:
    """Refuse a verb in more than one piece, and a group without a finite verb."""
    roles = parts.clause.roles
    if any(roles[j] == VERB and j not in group for j in others):
        raise RefusedClause("the verb is not in one piece")
    if any(parts.word(j) in SUBJUNCTIVE_FORMS for j in group):
        raise RefusedClause("a subjunctive")
    words = [parts.word(j) for j in group]
    if all(word in parts.grammar.clitics for word in words) or words[0] in ABILITY:
        raise RefusedClause("no finite verb")
    first = words[0]
    if parts.lang == "pt" and first.endswith("-se"):  # the pronoun goes before after a wh-word
        parts.replaced[group[0]] = f"se {first.removesuffix('-se')}"
        first = first.removesuffix("-se")
    if first.endswith(("ar", "er", "ir")) and parts.lang in ("es", "pt"):
        raise RefusedClause("no finite verb")
    if first.endswith(PARTICIPLES) and first not in parts.grammar.auxiliaries:
        raise RefusedClause("no finite verb")


def _agrees_with(parts: ClauseWords, group: Sequence[int], subject: Sequence[int]) -> None:
    """Refuse a plural verb whose supposed subject is singular: the target says it the other way
    round ("both houses passed it" for "it passed both houses")."""
    if parts.lang not in ("es", "pt") or not subject or not _is_plural(parts, group):
        return
    words = [parts.word(j) for j in subject]
    plural = any(word.endswith("s") or word.isdigit() or word in PLURAL_WITHOUT_S for word in words)
    if not plural and not parts.grammar.conjunctions.intersection(words):
        raise RefusedClause("the verb agrees with something else")


def _no_other_subject(parts: ClauseWords, group: Sequence[int]) -> None:
    """Refuse a noun that nothing in the source stands for inside of the verb group."""
    grammar = parts.grammar
    closed = (
        grammar.articles | grammar.clitics | grammar.auxiliaries | grammar.function_words
        | grammar.prepositions.keys() | grammar.subordinators
    )  # fmt: skip
    first_verb = next(n for n, j in enumerate(group) if parts.clause.roles[j] == VERB)
    if any(parts.word(j) not in closed for j in group[:first_verb]):
        raise RefusedClause("the target clause has another subject")


def _movable(parts: ClauseWords, before: Sequence[int]) -> None:
    """Refuse to put behind the verb what opens another clause."""
    barred = parts.grammar.subordinators | parts.grammar.conjunctions
    words = [parts.word(j) for j in before if parts.clause.words[j] != ","]
    if any(w in barred for w in words) or len(words) > MAX_MOVED:
        raise RefusedClause("another clause stands before the verb")


def _agree(parts: ClauseWords, frame: Frame, group: list[int], after: list[int], word: str) -> None:
    """Put the verb into the singular (and a participle into the masculine) where it must be."""
    if frame.ask == "how many":
        return
    if word == parts.grammar.words.get("who plural"):
        forms = [singular(parts.word(j), parts.lang) or parts.word(j) for j in group]
        agrees = any(is_copula(form, parts.lang) for form in forms)
        for j in [*group, *after[:1]] if agrees else ():
            masculine = masculine_singular(parts.word(j), parts.lang)
            if masculine is not None and parts.word(j).endswith("as"):
                parts.replaced[j] = masculine + "s"
        return
    lang, clause = parts.lang, parts.clause
    verbs = [j for j in group if parts.word(j) not in parts.grammar.clitics]
    if not verbs:
        raise RefusedClause("no verb in the clause")
    finite = verbs[0]
    opening = parts.word(clause.first - 1) if clause.first else ""
    if clause.words[finite].endswith(SUBJUNCTIVE_PLURAL) or (
        opening == "que" and clause.words[finite].endswith(SUBJUNCTIVE)
    ):
        raise RefusedClause("a subjunctive")
    reflexive = lang == "pt" and clause.words[finite].endswith("-se")
    verb = clause.words[finite].removesuffix("-se") if reflexive else clause.words[finite]
    plural = looks_plural(verb, lang)
    if plural:
        source = clause.linked[finite]
        present = source >= 0 and parts.tree.tokens[source].tag in ("VBP", "VBZ")
        form = singular(verb, lang, present=present)
        if form is None:
            raise RefusedClause("the singular of the verb is not known")
        parts.replaced[finite] = f"se {form}" if reflexive else form
    if plural and _agrees(parts, after):
        raise RefusedClause("a plural predicate")
    passive = [j for j in after[:3] if parts.word(j) in ("ser", "sido")]
    if passive and plural:  # "começaram a ser recrutados": the participle follows the infinitive
        at = after.index(passive[0])
        verbs, after = [*verbs, passive[0]], after[at + 1 :]
    forms = [parts.replaced.get(j, clause.words[j]) for j in verbs]
    if any(is_copula(form, lang) for form in forms):
        for j in [*verbs[1:], *after[:1]]:
            changed = masculine_singular(parts.word(j), lang)
            if changed is not None and (plural or frame.ask == "what"):
                parts.replaced[j] = changed


def _is_plural(parts: ClauseWords, group: Sequence[int]) -> bool:
    verbs = [j for j in group if parts.word(j) not in parts.grammar.clitics]
    return bool(verbs) and looks_plural(parts.clause.words[verbs[0]], parts.lang)


def _agrees(parts: ClauseWords, after: Sequence[int]) -> bool:
    """True if what follows the verb agrees with its plural subject: "permanecen elevadas"."""
    if parts.grammar.order == "verb second":
        return False
    if any(is_copula(parts.clause.words[j], parts.lang) for j in after[:1]):
        return True
    for j in after[:2]:
        source = parts.clause.linked[j]
        if source >= 0 and parts.tree.tokens[source].dep in ("acomp", "attr", "oprd"):
            return True
    return False


def _romance(parts: ClauseWords, frame: Frame, word: str, gone: list[int]) -> str:
    rest = [j for j in parts.clause.kept if j not in gone]
    subject = parts.subject(rest)
    group = parts.verb_group(rest)
    if set(group) & set(subject):
        raise RefusedClause("the subject is not apart from the verb")
    others = [j for j in rest if j not in subject and j not in group]
    before = [j for j in others if j < group[0]]
    after = [j for j in others if j > group[-1]]
    _one_verb_group(parts, group, others)
    _agrees_with(parts, group, subject)
    if "que" in map(parts.word, subject[-2:]):
        raise RefusedClause("a part of the subject is missing")
    if len(subject) == 1 and parts.word(subject[0]).endswith(PARTICIPLES):
        raise RefusedClause("a part of the subject is missing")
    if after and parts.word(after[0]) == "que" and frame.ask == "who":
        raise RefusedClause("the answer belongs to the clause inside")
    last = [parts.word(j) for j in after[-2:]]
    if len(last) == 2 and last[0] in ("de", "para") and last[1].endswith(("ar", "er", "ir")):
        raise RefusedClause("the answer belongs to an infinitive behind a preposition")
    _movable(parts, before)
    commas = [j for j in subject if parts.clause.words[j] == ","]
    joined = any(parts.word(j) in parts.grammar.conjunctions for j in subject)
    if len(commas) == 1 and not joined:
        raise RefusedClause("an apposition whose second comma would be lost")
    order = parts.grammar.order
    if order == "verb first":
        return f"{word} {parts.text([*group, *subject, *after, *before])}"
    stated = [*subject, *group] if subject[0] < group[0] else [*group, *subject]
    if frame.role == "predicate" and order == "as stated":
        stated = [*group, *subject]  # "Quem foi o rei?"
    text = parts.text([*stated, *after, *before])
    if order == "est-ce que":
        if word == "que":
            word = "qu'"
            joint = "est-ce que"
            return _elided(f"{word}{joint}", text)
        return _elided(f"{word} est-ce que", text)
    return f"{word} {text}"


def _elided(opening: str, text: str) -> str:
    """*que* before a vowel: "est-ce qu'Apple"."""
    if text[:1].lower() in "aeiouyàâéèêîôûh" and opening.endswith("que"):
        return f"{opening[:-1]}'{text}"
    return f"{opening} {text}"


def _finite(parts: ClauseWords, rest: list[int], gone: list[int]) -> tuple[int, list[int]]:
    """The finite verb of a German or Dutch clause, and the other tokens in the order of a main
    clause without its first field.

    Raises:
        RefusedClause: the verb's place is not clear, or its prefix would have to be cut off.
    """
    clause, roles = parts.clause, parts.clause.roles
    auxiliaries = parts.grammar.auxiliaries
    verbs = [
        j for j in rest
        if roles[j] == VERB or (parts.word(j) in auxiliaries and roles[j] not in (SUBJECT,))
    ]  # fmt: skip
    verbs = [j for j in verbs if clause.words[j][0].isalpha()]
    if not verbs or not any(roles[j] == VERB for j in rest):
        raise RefusedClause("no verb in the clause")
    everything = clause.kept
    final = everything[-1]
    opening = parts.word(clause.first - 1) if clause.first else ""
    subordinate = opening in parts.grammar.subordinators or parts.word(everything[0]) in (
        parts.grammar.subordinators - parts.grammar.articles
    )
    if subordinate:
        finite = _last_verb(parts, verbs, everything)
        if parts.word(finite) not in auxiliaries and parts.word(finite).startswith(SEPARABLE):
            raise RefusedClause("a verb whose prefix may have to be cut off")
        if rest and parts.word(rest[0]) in parts.grammar.subordinators - parts.grammar.articles:
            rest = rest[1:]
        return finite, [j for j in rest if j != finite]
    finite = verbs[0]
    at = everything.index(finite)
    if at + 1 < len(everything) and clause.words[everything[at + 1]] == ",":
        raise RefusedClause("the verb's place is not clear")
    if finite == final and len(everything) > 3:
        raise RefusedClause("the verb's place is not clear")
    if clause.words[finite][:1].isupper() and finite != clause.opens:
        raise RefusedClause("the verb's place is not clear")
    _whole_group(parts, finite)
    return finite, [j for j in rest if j != finite]


def _whole_group(parts: ClauseWords, finite: int) -> None:
    """Refuse an auxiliary whose participle or infinitive was cut off with the clause's end."""
    clause = parts.clause
    source = clause.linked[finite]
    main = source >= 0 and parts.tree.lemma(source) in ("have", "be")
    if parts.word(finite) not in NEED_ANOTHER or (main and _is_main(parts, source)):
        return
    others = [j for j in clause.kept if j != finite and j not in clause.answer]
    if not any(NON_FINITE_GERMANIC.fullmatch(clause.words[j]) for j in others):
        raise RefusedClause("the verb's other half is not in the clause")


def _is_main(parts: ClauseWords, source: int) -> bool:
    return parts.tree.tokens[source].dep not in ("aux", "auxpass")


def _last_verb(parts: ClauseWords, verbs: Sequence[int], everything: Sequence[int]) -> int:
    """The finite verb at the end of an embedded clause, before a clause inside of it opens."""
    clause = parts.clause
    first = next(j for j in verbs if clause.roles[j] == VERB)
    if parts.lang != "de":
        return verbs[0]
    group = [first]
    for j in everything[everything.index(first) + 1 :]:
        if j not in verbs:
            break
        group.append(j)
    finite = group[-1]
    at = everything.index(finite)
    if at + 1 < len(everything) and clause.words[everything[at + 1]] != ",":
        raise RefusedClause("the verb is not at the end of its clause")
    return finite


def _verb_second(parts: ClauseWords, word: str, gone: list[int]) -> str:
    clause = parts.clause
    rest = [j for j in clause.kept if j not in gone]
    subject = parts.subject(rest)
    finite, others = _finite(parts, rest, gone)
    field = [j for j in others if j < finite and j not in subject]
    after = [j for j in others if j > finite and j not in subject]
    behind = [j for j in subject if j > finite]
    if behind and len(behind) != len(subject):
        raise RefusedClause("the subject is not in one piece")
    if finite == clause.kept[-1]:  # an embedded clause: all but the verb keeps its order
        return f"{word} {parts.text([finite, *others])}"
    if subject[0] < finite:
        return f"{word} {parts.text([finite, *subject, *field, *after])}"
    between = [j for j in after if j < subject[0]]
    following = [j for j in after if j > subject[-1]]
    if "man" in (parts.word(j) for j in [*between, *following]):
        raise RefusedClause("the target clause has another subject")
    return f"{word} {parts.text([finite, *between, *subject, *field, *following])}"


def _office(parts: ClauseWords) -> str:
    """Who is: the phrase beside a name. "¿Quién es el director de Apple?"."""
    clause, grammar = parts.clause, parts.grammar
    title = [j for j in clause.kept if j not in clause.answer]
    title = [j for j in title if clause.words[j] != ","]
    if not title or title[-1] - title[0] + 1 != len(title):
        raise RefusedClause("the office is not in one piece")
    first = parts.word(title[0])
    if parts.lang == "de" and first not in ("der", "die", "das"):
        raise RefusedClause("an office whose case is not clear")
    if first in grammar.prepositions:
        raise RefusedClause("the office has a preposition")
    return f"{grammar.words['who']} {grammar.is_} {parts.text(title)}"
