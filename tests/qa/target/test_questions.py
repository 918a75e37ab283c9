"""Questions from the target's own clause, in each language that can be turned."""

from __future__ import annotations

import pytest

from projector.qa.english.parsed_rules import questions
from projector.qa.english.syntax import Tree
from projector.qa.target.agreement import masculine_singular, singular
from projector.qa.target.questions import clause_question, without_article
from projector.records import Document, Pair
from tests.qa.trees import BOUGHT, BUILT


def offsets(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for word in text.replace(".", " .").replace(",", " ,").split():
        start = text.index(word, at)
        at = start + len(word)
        found.append((start, at))
    return found


def asked(parsed: Tree, lang: str, target: str, links: str, english: str, answer: str) -> str:
    """The target question for one English question; links are ``source-target`` tokens."""
    source = [(t.start, t.end) for t in parsed.tokens]
    pair = Pair(
        "p", Document("p", parsed.text, "en", tokens=source),
        Document("p", target, lang, tokens=offsets(target)),
        alignment=[(int(i), int(j), 0.9) for i, j in (x.split("-") for x in links.split())],
    )  # fmt: skip
    made = next(m for m in questions(parsed) if m.text == english)
    start = target.index(answer)
    found = clause_question(pair, parsed, 0, made, 0.9, (start, start + len(answer)), 0.9)
    return found.text if found.text is not None else f"refused: {found.reason}"


# Apple0 bought1 the2 small3 tool4 in5 20146 .7
WHO, WHAT, WHEN = (
    "Who bought the small tool in 2014?",
    "What did Apple buy in 2014?",
    "When did Apple buy the small tool?",
)
SPANISH = ("es", "Apple compró la pequeña empresa en 2014.", "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7")
GERMAN = ("de", "Apple kaufte 2014 die kleine Firma.", "0-0 1-1 6-2 2-3 3-4 4-5 7-6")
FRENCH = (
    "fr", "Apple a acheté la petite entreprise en 2014.", "0-0 1-2 2-3 3-4 4-5 5-6 6-7 7-8"
)  # fmt: skip
PORTUGUESE = ("pt", "A Apple comprou a pequena empresa em 2014.", "0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8")


@pytest.mark.parametrize(
    ("side", "english", "answer", "wanted"),
    [
        (SPANISH, WHO, "Apple", "¿Quién compró la pequeña empresa en 2014?"),
        (SPANISH, WHAT, "pequeña empresa", "¿Qué compró Apple en 2014?"),
        (SPANISH, WHEN, "2014", "¿Cuándo compró Apple la pequeña empresa?"),
        (GERMAN, WHO, "Apple", "Wer kaufte 2014 die kleine Firma?"),
        (GERMAN, WHAT, "kleine Firma", "Was kaufte Apple 2014?"),
        (GERMAN, WHEN, "2014", "Wann kaufte Apple die kleine Firma?"),
        (FRENCH, WHO, "Apple", "Qui a acheté la petite entreprise en 2014 ?"),
        (FRENCH, WHAT, "petite entreprise", "Qu'est-ce qu'Apple a acheté en 2014 ?"),
        (PORTUGUESE, WHAT, "pequena empresa", "O que a Apple comprou em 2014?"),
        (PORTUGUESE, WHEN, "2014", "Quando a Apple comprou a pequena empresa?"),
    ],
)
def test_the_answer_leaves_and_the_rest_takes_a_questions_order(
    side: tuple[str, str, str], english: str, answer: str, wanted: str
) -> None:
    lang, target, links = side
    assert asked(BOUGHT, lang, target, links, english, answer) == wanted


def test_an_agent_keeps_its_preposition() -> None:
    target = "El puente fue construido por dos ingenieros."
    links = "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7"
    found = asked(BUILT, "es", target, links, "Who built the bridge?", "dos ingenieros")
    assert found == "¿Por quién fue construido el puente?"


def test_a_verb_before_its_subject_and_a_lead_change_their_order() -> None:
    target = "Im Jahr 2014 kaufte Apple die kleine Firma."
    links = "6-2 1-3 0-4 2-5 3-6 4-7 5-0 7-8"
    found = asked(BOUGHT, "de", target, links, WHAT, "kleine Firma")
    assert found == "Was kaufte Apple im Jahr 2014?"


def test_a_negated_target_clause_is_refused() -> None:
    target = "Apple no compró la pequeña empresa en 2014."
    found = asked(BOUGHT, "es", target, "0-0 1-2 2-3 3-4 4-5 5-6 6-7 7-8", WHO, "Apple")
    assert found == "refused: a negation in the target clause"


@pytest.mark.parametrize(
    ("lang", "plural", "wanted"),
    [
        ("es", "causaron", "causó"), ("es", "fueron", "fue"), ("es", "dijeron", "dijo"),
        ("pt", "incluem", "inclui"), ("pt", "compraram", "comprou"), ("pt", "são", "é"),
        ("de", "wurden", "wurde"), ("de", "bieten", None), ("fr", "étaient", "était"),
        ("it", "hanno", "ha"), ("nl", "worden", "wordt"),
    ],
)  # fmt: skip
def test_the_singular_of_a_plural_verb(lang: str, plural: str, wanted: str | None) -> None:
    assert singular(plural, lang) == wanted


def test_a_participle_becomes_masculine_singular() -> None:
    assert masculine_singular("detenidas", "es") == "detenido"
    assert masculine_singular("substituídas", "pt") == "substituído"
    assert masculine_singular("mesa", "de") is None


@pytest.mark.parametrize(
    ("text", "answer", "source", "wanted"),
    [
        ("Vio las casas viejas", "las casas viejas", "old houses", "casas viejas"),
        ("Vive en El Salvador", "El Salvador", "El Salvador", "El Salvador"),
        ("Vio una casa", "una casa", "a house", "una casa"),
        ("Llegó en 2014", "en 2014", "2014", "2014"),
    ],
)
def test_no_stray_word_before_an_answer(text: str, answer: str, source: str, wanted: str) -> None:
    start = text.index(answer)
    a, b = without_article(text, (start, start + len(answer)), source, "es")
    assert text[a:b] == wanted
