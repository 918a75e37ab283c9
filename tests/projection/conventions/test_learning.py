"""What is learnt from the edges of the source's spans."""

from __future__ import annotations

from projector.projection.conventions.closed_classes import WordClass
from projector.projection.conventions.learning import Conventions
from projector.projection.match.projector import MatchProjector
from projector.records import Pair
from tests.projection.pairs import pair

DET, END = WordClass.DETERMINER, WordClass.SENTENCE_END


def claims(inside: bool, count: int = 12) -> list[Pair]:
    """Abstracts whose claims contain their article, or do not; the target has one always."""
    found = []
    for n in range(count):
        first = 1 if inside else 2
        found.append(
            pair(
                f"thus the drug{n} improves survival greatly today .",
                f"así la droga{n} mejora supervivencia mucho hoy .",
                "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7",
                [("Claim", first, 7)],
                name=f"c{n}",
            )
        )
    return found


def bare() -> Pair:
    """A claim whose article only the target has, and no link leads to it."""
    return pair(
        "thus octreotide improves survival greatly today .",
        "así la octreotida mejora supervivencia mucho hoy .",
        "0-0 1-2 2-3 3-4 4-5 5-6 6-7",
        [("Claim", 1, 6)],
    )


def placed(projector: MatchProjector, given: Pair) -> str:
    ((found,),) = projector.project([given])
    assert found.pieces is not None
    return " ".join(given.target.text[a:b] for a, b in found.pieces)


def test_an_article_that_the_source_lacks_follows_the_convention_of_its_label() -> None:
    for inside, wanted in (
        (True, "la octreotida mejora supervivencia mucho hoy"),
        (False, "octreotida mejora supervivencia mucho hoy"),
    ):
        corpus = [*claims(inside), bare()]
        projector = MatchProjector()
        projector.fit(iter(corpus))
        assert placed(projector, bare()) == wanted
        elsewhere = MatchProjector()
        elsewhere.load_state(projector.state())
        assert elsewhere.project(corpus) == projector.project(corpus)


def test_labels_have_conventions_of_their_own() -> None:
    conventions = Conventions()
    for given in claims(inside=True):
        conventions.add(given)
    for n in range(12):
        conventions.add(pair(f"the hotel{n}", f"el hotel{n}", "0-0 1-1", [("LOC", 1, 2)]))
    claim, place = (conventions.of("en", label).first[DET] for label in ("Claim", "LOC"))
    assert claim > 2 > -2 > place
    unseen = conventions.of("en", "PER").first[DET]
    assert place <= unseen < 0, "a name is treated as the other names are"
    assert conventions.of("de", "Claim").first == (0.0,) * len(conventions.of("de", "x").first)


def test_sentence_edges_are_counted() -> None:
    conventions = Conventions()
    for n in range(8):
        conventions.add(pair(f"it works {n} .", f"va {n} .", "", [("Claim", 0, 4)], name=str(n)))
        conventions.add(pair(f"it works {n} .", f"va {n} .", "", [("Part", 1, 2)], name=str(n)))
    assert conventions.of("en", "Claim").begins > 0.7 > 0.2 > conventions.of("en", "Part").begins
    assert conventions.of("en", "Claim").ends > 0.7 > 0.2 > conventions.of("en", "Part").ends


def test_the_target_s_function_words_are_found_in_a_language_without_a_list() -> None:
    conventions = Conventions()
    for n in range(10):
        given = pair(
            f"the house{n} of the man{n}", f"lo kasa{n} pri lo homo{n}", "0-0 1-1 2-2 3-3 4-4",
            langs=("en", "xx"),
        )  # fmt: skip
        conventions.add(given)
    classes = conventions.classes_of("en", "xx")
    assert classes("lo").word[DET] > 0.8
    assert classes("Pri").word[WordClass.ADPOSITION] > 0.8
    assert not any(classes("kasa3").word) and not any(classes("unseen").word)


def test_a_contracted_article_is_a_preposition_too() -> None:
    classes = Conventions().classes_of("en", "it")
    assert classes("della").word[DET] == classes("della").word[WordClass.ADPOSITION] > 0.3


def test_glued_punctuation_counts_at_its_edge_only() -> None:
    classes = Conventions().classes_of("en", "es")
    word = classes("vida.")
    assert word.closing[END] == 1 and not any(word.word) and not any(word.opening)
    assert classes("¿Qué").opening[WordClass.OPENING] == 1
