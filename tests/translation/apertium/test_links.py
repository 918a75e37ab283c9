"""Words to units: articles, contractions, inserted words, auxiliaries, lost units, twins."""

from projector.translation.apertium.links import INVENTED, symbol_links, unit_links, words_of
from projector.translation.apertium.stream import Piece, Unit, joined


def units(*pairs: tuple[str, str]) -> tuple[list[Unit], str]:
    """Units from (surface, tags) with one space between, and their text."""
    made, at = [], 0
    for number, (surface, tags) in enumerate(pairs):
        known = tags != "*"
        made.append(
            Unit(
                number,
                surface,
                at,
                at + len(surface),
                known,
                frozenset(tags.split()) if known else frozenset(),
            )
        )
        at += len(surface) + 1
    return made, " ".join(surface for surface, _ in pairs)


def links(pieces: list[Piece], source: tuple[list[Unit], str], lang: str) -> dict[str, float]:
    given, text = source
    words = words_of(pieces, given, lang)
    target = joined(pieces)
    return {f"{text[a:b]}-{target[c:d]}": p for (a, b), (c, d), p in unit_links(words, given, text)}


def test_an_article_that_the_engine_made_up_is_hardly_linked() -> None:
    source = units(("Taxes", "n"), ("rise", "vblex"))
    found = links(
        [Piece("Los", (0,)), Piece(" "), Piece("impuestos", (0,)), Piece(" suben", (1,))],
        source,
        "es",
    )
    assert found["Taxes-Los"] == INVENTED < found["Taxes-impuestos"]


def test_a_source_article_without_trace_is_where_the_article_came_from() -> None:
    source = units(("the", "det"), ("red", "adj"), ("car", "n"))
    pieces = [Piece("el", (2,)), Piece(" "), Piece("coche", (2,)), Piece(" "), Piece("rojo", (1,))]
    found = links(pieces, source, "es")
    assert found["the-el"] > 0.5 > found["car-el"]


def test_words_of_one_piece_go_to_their_units() -> None:
    source = units(
        ("to", "pr"), ("the", "det"), ("house", "n"), ("of", "pr"), ("the", "det"), ("boy", "n")
    )
    pieces = [Piece("a la casa", (0, 1, 2)), Piece(" "), Piece("del noi", (3, 4, 5))]
    found = links(pieces, source, "ca")
    assert set(found) == {"to-a", "the-la", "house-casa", "of-del", "the-del", "boy-noi"}
    assert found["the-del"] < found["of-del"]


def test_an_inserted_preposition_is_not_the_name() -> None:
    source = units(
        ("European", "adj"),
        ("budget", "n"),
        ("May", "np"),
        ("the", "det"),
        ("European Union", "np"),
    )
    pieces = [
        Piece("el pressupost", (1, 1)), Piece(" "), Piece("de maig", (2,)), Piece(" "),
        Piece("de la Unió Europea", (3, 4)),
    ]  # fmt: skip
    found = links(pieces, source, "ca")
    assert found["budget-el"] == INVENTED and found["May-de"] == INVENTED
    assert found["May-maig"] > 0.9 and found["the-la"] > 0.5
    assert found["European-Unió"] > 0.9 and "European-de" not in found


def test_long_prepositions_are_kept_together() -> None:
    source = units(("from", "pr"), ("South Carolina", "np"), ("for", "pr cnjadv"), ("Ryan", "np"))
    pieces = [Piece("des de Carolina del Sud", (0, 1)), Piece(" "), Piece("per a Ryan", (2, 3))]
    found = links(pieces, source, "ca")
    assert found["from-des"] > 0.5 and found["from-de"] > 0.5 and "from-Carolina" not in found
    assert found["South-Sud"] > 0.9 and found["Carolina-Carolina"] > 0.9
    assert found["for-a"] > 0.5 and found["Ryan-Ryan"] > 0.9 and "for-Ryan" not in found


def test_the_word_after_an_auxiliary_belongs_to_its_unit() -> None:
    source = units(("said", "vblex"), ("longer", "adj"))
    assert set(links([Piece("va", (0,)), Piece(" dir")], source, "ca")) == {"said-va", "said-dir"}
    assert set(links([Piece("más", (1,)), Piece(" larga")], source, "es")) == {
        "longer-más",
        "longer-larga",
    }


def test_an_untagged_word_takes_the_unit_that_was_lost_beside_it() -> None:
    source = units(("budget", "n"), ("Union", "n"), ("'s", "gen"), ("work", "n"))
    pieces = [
        Piece("trabajo", (3,)),
        Piece(" de "),
        Piece("Unión", (1,)),
        Piece(" "),
        Piece("presupuesto", (0,)),
    ]
    found = links(pieces, source, "es")
    assert 0 < found["'s-de"] < 0.9


def test_equal_words_of_a_unit_link_to_one_another_alone() -> None:
    source = units(("New York Times", "np"), ("United States of América", "np"))
    pieces = [Piece("New York Times", (0,)), Piece(" "), Piece("Estados Unidos de America", (1,))]
    found = links(pieces, source, "es")
    assert {k for k in found if k.startswith(("New", "York", "Times"))} == {
        "New-New", "York-York", "Times-Times",
    }  # fmt: skip
    assert "América-America" in found and "América-Estados" not in found
    assert "United-Estados" in found and "States-Unidos" in found


def test_symbols_link_to_their_equals_in_order() -> None:
    target = '"Sí" 👩‍👩‍👧 "no"'
    found = symbol_links([(0, '"'), (4, '" 👩‍👩‍👧 "'), (20, '"')], [], target)
    assert [(a, target[c:d]) for (a, _), (c, d), _ in found if target[c:d] == '"'] == [
        (0, '"'), (4, '"'), (12, '"'), (20, '"'),
    ]  # fmt: skip
    assert any(target[c:d] == "👩‍👩‍👧" for _, (c, d), _ in found)
