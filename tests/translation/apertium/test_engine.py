"""The engine `apertium` on real sentences: meaning of links, survival of text, order."""

import random
import subprocess

import pytest

from projector.errors import UsageError
from projector.records import Document, Pair, Question
from projector.translation.apertium.engine import ApertiumTranslator
from projector.translation.apertium.modes import installed_modes
from projector.translation.base import Constraint, Translation
from projector.translation.pivot import compose
from projector.translation.stage import TranslateOptions, TranslateStage

pytestmark = pytest.mark.apertium


@pytest.fixture(scope="module")
def spanish() -> ApertiumTranslator:
    return ApertiumTranslator()


def one(engine: ApertiumTranslator, text: str, to: str = "es") -> Translation:
    return engine.translate([text], "en", to)[0]


def counterpart(source: str, done: Translation, phrase: str) -> str:
    """The target stretch from the first to the last word that the phrase is surely linked to."""
    start = source.index(phrase)
    end = start + len(phrase)
    found = [t for (a, b), t, p in done.links or () if p >= 0.5 and a < end and start < b]
    return done.text[min(c for c, _ in found) : max(d for _, d in found)]


@pytest.mark.parametrize(
    ("sentence", "phrase", "wanted"),
    [
        ("President Barack Obama met Angela Merkel yesterday.", "Angela Merkel", "Angela Merkel"),
        ("They discuss the European Union's budget.", "European Union", "Unión Europea"),
        ("They discuss the European Union's budget.", "budget", "presupuesto"),
        ("He lives in the house of the president.", "president", "presidente"),
        ("The governor of the Bank of England spoke.", "Bank of England", "Banco de Inglaterra"),
        ("He went to the United States of America.", "United States of America",
         "Estados Unidos de América"),
        ("Taxes are high.", "Taxes", "impuestos"),
        ("We met in order to discuss the red cars.", "in order to", "para"),
        ("We met in order to discuss the red cars.", "red cars", "coches rojos"),
        ("The New York Times reported on 3 May 2010.", "The New York Times", "The New York Times"),
        ("The New York Times reported on 3 May 2010.", "New York", "New York"),
        ("The policy of Foozlebar Inc. is good.", "Foozlebar Inc.", "Foozlebar Inc."),
        ("Her tail is longer than his.", "longer", "más larga"),
    ],
)  # fmt: skip
def test_phrases_are_linked_to_their_translations(
    spanish: ApertiumTranslator, sentence: str, phrase: str, wanted: str
) -> None:
    assert counterpart(sentence, one(spanish, sentence), phrase) == wanted


AWKWARD = [
    r"A \ b [c] {d} ^e$ f/g h@i <j> k * l # m ~ n | o _ p ` q",
    r"\[\] ^a/b<c>$ [[t:i:1]]x[[/]] .[] \^ \$ \@",
    "^^$$//@@<<>>[[]]{{}}~~**##",
    "50% of $5 & €6 + £7 = ½ © ® ° § … – —",
    "Smile 😀 👩‍👩‍👧 🇪🇸 here 👍🏽 now.",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_special_characters_survive(spanish: ApertiumTranslator, text: str) -> None:
    done = one(spanish, text)
    kept = [c for c in text if not c.isalnum() and not c.isspace()]
    assert sorted(c for c in done.text if not c.isalnum() and not c.isspace()) == sorted(kept)


@pytest.mark.parametrize(
    "text", [*AWKWARD, "  Two  spaces\tand\nlines \u00a0 here.  ", "don’t", "e\u0301te\u0301"]
)
def test_links_are_in_range_and_join_equal_symbols(spanish: ApertiumTranslator, text: str) -> None:
    done = one(spanish, text)
    assert done.links
    for (a, b), (c, d), p in done.links:
        assert 0 <= a < b <= len(text) and 0 <= c < d <= len(done.text) and 0 < p <= 1
        if not any(x.isalnum() for x in text[a:b]):
            assert text[a:b] == done.text[c:d]


def test_unknown_words_come_out_clean(spanish: ApertiumTranslator) -> None:
    done = one(spanish, "The *grumblewick* saw a frobnication#3 @ the @Zork.")
    for word in ("*grumblewick*", "frobnication#3", "@Zork"):
        assert word in done.text


def test_addresses_are_not_touched(spanish: ApertiumTranslator) -> None:
    text = (
        "See https://www.the-house.com/red/cars?a=b and mail the.boy@house.co.uk, @the_cat #redcar."
    )
    done = one(spanish, text)
    for word in (
        "https://www.the-house.com/red/cars?a=b",
        "the.boy@house.co.uk",
        "@the_cat",
        "#redcar",
    ):
        assert word in done.text
        assert counterpart(text, done, word) == word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I don't like him.", "No me gusta."),
        ("Do you see the cars?", "¿Ves los coches?"),
        ("Foozle's new car is red.", "El coche nuevo de Foozle es rojo."),
        ("the cars are red", "los coches son rojos"),
        (
            "THE CARS ARE RED AND THE HOUSES ARE WHITE",
            "LOS COCHES SON ROJOS Y LAS CASAS SON BLANCAS",
        ),
        ("The iPhone is red.", "El iPhone es rojo."),
        ("Asthma is common.", "El asma es común."),
    ],
)
def test_sentences_come_out_as_a_person_would_set_them(
    spanish: ApertiumTranslator, text: str, wanted: str
) -> None:
    assert one(spanish, text).text == wanted


@pytest.mark.parametrize("to", ["ca", "gl", "eo"])
def test_capitals_in_every_language(to: str) -> None:
    if not any(m.source == "en" and m.target == to for m in installed_modes().values()):
        pytest.skip(f"Apertium's English to {to} is not installed")
    engine = ApertiumTranslator()
    capitals = one(engine, "THE CARS ARE RED AND THE HOUSES ARE WHITE", to)
    assert capitals.text.isupper()
    assert (
        capitals.text == one(engine, "the cars are red and the houses are white", to).text.upper()
    )
    engine.close()


def test_without_mending_the_text_is_what_apertium_prints() -> None:
    texts = [
        "I don't like Bob's car, [really] *.",
        "The BELLS of St. Martin's ring",
        "Do  you see?",
    ]
    engine = ApertiumTranslator(mend=False)
    done = engine.translate(texts, "en", "es")
    engine.close()
    for text, mine in zip(texts, done, strict=True):
        plain = subprocess.run(
            ["apertium", "-u", "eng-spa"],
            input=" ".join(text.split()).encode(),
            capture_output=True,
        )
        assert mine.text == plain.stdout.decode()


def test_a_thousand_lines_keep_their_order_and_their_links() -> None:
    rng = random.Random(5)
    nouns = ["car", "house", "dog", "president", "city", "book"]
    texts = [
        f"The {rng.choice(nouns)} number {n} is here{rng.choice(['.', '', '?', '!'])}"
        for n in range(1000)
    ]
    texts[500], texts[700] = "", " \n "
    engine = ApertiumTranslator()
    done = engine.translate(texts, "en", "es")
    again = [engine.translate([text], "en", "es")[0] for text in rng.sample(texts, 20)]
    engine.close()
    assert len(done) == 1000
    for n, (text, mine) in enumerate(zip(texts, done, strict=True)):
        if n in (500, 700):
            assert mine.text == text and mine.links == []
        else:
            assert str(n) in mine.text and counterpart(text, mine, str(n)) == str(n)
    assert all(mine in done for mine in again)  # the batch makes no difference


def test_constraints_come_out_as_wanted(spanish: ApertiumTranslator) -> None:
    text = "The heart attack of the old man was severe."
    row = [Constraint(["infarto"], 4, 16), Constraint(["anciano"], 24, 31)]
    (done,) = spanish.translate([text], "en", "es", [row])
    assert done.constraints_met == [True, True]
    assert "infarto" in done.text and "anciano" in done.text and "Xq" not in done.text
    assert counterpart(text, done, "heart attack") == "infarto"
    assert counterpart(text, done, "old man") == "anciano"
    (done,) = spanish.translate(["No phrase."], "en", "es", [[Constraint(["nada"])]])
    assert done.constraints_met == [False]


def test_constraints_on_awkward_places(spanish: ApertiumTranslator) -> None:
    cases = [
        ("Berlin", 0, 6),
        ("(Berlin)", 1, 7),
        ("Berlin-based", 0, 6),
        ("a 👩‍👩‍👧 b", 2, 7),
        ("x/y", 0, 1),
    ]
    cases += [("UNION cars", 3, 8), ("İ İ a@b.co the", 0, 1), ("İ House", 2, 7)]
    for text, a, b in cases:
        (done,) = spanish.translate([text], "en", "es", [[Constraint(["[Ñ] 👍"], a, b)]])
        assert done.constraints_met == [True], (text, done.text)
        assert "xq" not in done.text.lower() and "qaa" not in done.text.lower()
        for (c, d), (e, f), _ in done.links or ():
            assert 0 <= c < d <= len(text) and 0 <= e < f <= len(done.text)


def test_a_pivot_multiplies_links_out() -> None:
    if "spa-cat" not in installed_modes():
        pytest.skip("Apertium's spa-cat is not installed")
    engine = ApertiumTranslator("eng-spa,spa-cat")
    text = "The governor of the Bank of England saw the red cars."
    done = one(engine, text, "ca")
    assert counterpart(text, done, "Bank of England") == "Banc d'Anglaterra"
    assert counterpart(text, done, "red cars") == "cotxes vermells"
    assert engine.model == "eng-spa,spa-cat" and "apertium-spa-cat" in engine.version
    engine.close()


def test_one_engine_serves_several_source_languages() -> None:
    if "spa-cat" not in installed_modes() or "eng-cat" not in installed_modes():
        pytest.skip("Apertium's eng-cat and spa-cat are not both installed")
    engine = ApertiumTranslator()
    assert engine.translate(["The red house."], "en", "ca")[0].text == "La casa vermella."
    assert engine.translate(["La casa roja."], "es", "ca")[0].text == "La casa vermella."
    assert engine.model == "eng-cat,spa-cat"
    engine.close()


def test_links_that_do_not_meet_compose_to_nothing() -> None:
    first = [Translation("bb cc", links=[((0, 1), (0, 2), 0.5), ((2, 3), (3, 5), 0.8)])]
    second = [Translation("x", links=[((0, 2), (0, 1), 0.5), ((1, 2), (0, 1), 0.9)])]
    assert compose(first, second)[0].links == [((0, 1), (0, 1), 0.45)]


def test_options_and_languages_are_checked() -> None:
    with pytest.raises(UsageError, match="did you mean 'mend'"):
        ApertiumTranslator(mind=True)
    with pytest.raises(UsageError, match="timeout"):
        ApertiumTranslator(timeout=-1)
    with pytest.raises(UsageError, match=r"installed from .en. are .*es"):
        ApertiumTranslator().check("en", "ja")


def test_the_stage_makes_pairs_with_links() -> None:
    stage = TranslateStage(TranslateOptions(to="es"))
    text = "Angela Merkel met the president. 😀\n\nThey like   Berlin! "
    doc = Document("d", text, "en", questions=[Question("q", "Who met the president?")])
    (pair,) = stage.process([doc])
    stage.close()
    assert isinstance(pair, Pair) and pair.alignment and pair.target.tokens and pair.source.tokens
    assert pair.target.text.count("\n\n") == 1 and pair.target.text.endswith(" ")
    assert pair.target.questions[0].text.startswith("¿Quién")
    target, source = pair.target.words(), pair.source.words()
    found = {source[i]: target[j] for i, j, p in pair.alignment if p > 0.8}
    assert found["president"] == "presidente" and found["Berlin"] in ("Berlín", "Berlin")
    assert found["😀"] == "😀" and found["Merkel"] == "Merkel"
    assert pair.steps[0].model == "eng-spa" and pair.steps[0].version.startswith("apertium-eng-spa")
