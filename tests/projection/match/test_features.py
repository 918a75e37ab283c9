from __future__ import annotations

import itertools

import numpy as np
import pytest
from msgspec.structs import replace

from projector.projection.assignment import choose, probabilities
from projector.projection.conventions.learning import Conventions
from projector.projection.match.batch import build
from projector.projection.match.columns import FEATURES
from projector.projection.match.features import candidates
from projector.projection.match.span_translations import SpanTranslations
from projector.projection.match.statistics import CorpusStatistics
from projector.projection.token_runs import token_run
from projector.records import Document, Pair
from tests.projection.pairs import pair


def rows(
    given: Pair, statistics: CorpusStatistics | None = None
) -> dict[tuple[int, int], dict[str, float]]:
    counted = statistics or CorpusStatistics()
    asked = build([given], counted, SpanTranslations(), Conventions())
    found = candidates(asked.batch, asked.source, asked.target)
    return {
        (int(a), int(b)): dict(zip(FEATURES, map(float, x), strict=True))
        for a, b, x in zip(found.first, found.end, found.features, strict=True)
    }


def test_masses_inside_and_outside_the_rectangle() -> None:
    given = pair("red Rome x", "y Roma z", [(1, 1, 0.6), (1, 2, 0.2), (2, 2, 0.8)], [("LOC", 1, 2)])
    found = rows(given)
    assert found[1, 2]["recall"] == pytest.approx(0.75)
    assert found[1, 2]["precision"] == pytest.approx(1.0)
    assert found[1, 3]["recall"] == pytest.approx(1.0)
    assert found[1, 3]["precision"] == pytest.approx(0.5)
    assert found[1, 3]["mass_elsewhere"] == pytest.approx(0.8)
    assert found[1, 2]["mass_outside"] == pytest.approx(0.2)
    assert found[1, 2]["after_link"] == pytest.approx(0.2)
    assert found[-1, -1]["null"] == 1 and found[-1, -1]["null_link"] == pytest.approx(0.6)


def test_spelling_acronyms_and_capitals() -> None:
    found = rows(pair("European Union law", "ley UE Roma", "0-1 1-1 2-0", [("ORG", 0, 2)]))
    assert found[1, 2]["acronym"] == 1
    found = rows(pair("in Katharina now", "en Caterina ahora", "0-0 1-1", [("PER", 1, 2)]))
    assert found[1, 2]["spelling"] > 0.7
    assert found[1, 3]["last_lowercase"] == 1 and found[1, 2]["last_lowercase"] == 0


def test_the_digits_of_a_number() -> None:
    links = [(1, 1, 0.6), (1, 2, 0.6), (2, 3, 0.9)]
    found = rows(pair("of 68,511 men", "из 68 511 человек", links, [("N", 1, 2)]))
    assert found[1, 3]["digits_equal"] == 1 and found[1, 3]["digits_differ"] == 0
    assert found[1, 2]["digits_differ"] == found[2, 3]["digits_differ"] == 1
    arabic = rows(pair("of 68,511 men", "من ٦٨٥١١ رجل", [(1, 1, 0.9)], [("N", 1, 2)]))
    assert arabic[1, 2]["digits_equal"] == 1, "digits of another script"
    words = rows(pair("of many men", "de 20 hombres", [(1, 1, 0.9)], [("N", 1, 2)]))
    assert words[1, 2]["digits_equal"] == words[1, 2]["digits_differ"] == 0


def test_the_word_for_a_year_is_told_from_other_units() -> None:
    statistics = CorpusStatistics()
    for year in range(1815, 1835):
        statistics.add(pair(f"in {year}", f"im Jahr {year}", "1-2", [], langs=("en", "de")))
    given = pair("in 1817", "im Jahr 1817", "1-2", [("DATE", 1, 2)], langs=("en", "de"))
    found = rows(given, statistics)
    assert found[1, 3]["year_word"] == found[1, 3]["unit_first"] > 0
    assert found[2, 3]["year_word"] == 0
    clock = pair("at 18", "im Jahr 18", "1-2", [("TIME", 1, 2)], langs=("en", "de"))
    assert rows(clock, statistics)[1, 3]["year_word"] == 0


def test_a_determiner_whose_noun_is_outside() -> None:
    found = rows(pair("show all alarms", "muestra todas las alarmas", "0-0 1-1 2-3", [("R", 1, 2)]))
    assert found[1, 3]["last_determiner_loose"] > 0
    assert found[1, 2]["last_determiner_loose"] == 0
    linked = rows(pair("show the alarms", "muestra las alarmas", "0-0 1-1 2-2", [("R", 0, 2)]))
    assert linked[0, 2]["last_determiner_loose"] == 0, "it is the counterpart of one inside"
    given = pair("show my alarms", "mostra i miei allarmi", "0-0 1-2 2-3", [("R", 1, 2)])
    found = rows(replace(given, target=replace(given.target, lang="it")))
    assert found[1, 3]["first_determiner_loose"] > 0 == found[2, 3]["first_determiner_loose"]


def test_half_a_bracket() -> None:
    links = [(0, 4, 0.9), (2, 1, 0.2), (2, 2, 0.9), (2, 3, 0.2)]
    found = rows(pair("law of Rome", "the 《 Roma 》 law", links, [("LAW", 2, 3)]))
    assert found[1, 3]["unbalanced"] == found[2, 4]["unbalanced"] == 1
    assert found[1, 4]["unbalanced"] == found[2, 3]["unbalanced"] == 0
    halved = pair("law ( of Rome", "the ( Roma law", "0-3 1-1 2-2 3-2", [("LAW", 1, 4)])
    assert all(row["unbalanced"] == 0 for row in rows(halved).values()), "as in the source"
    quoted = pair("law of Rome", "the „ Roma “ law", links, [("LAW", 2, 3)])
    assert rows(quoted)[1, 3]["unbalanced"] == 0, "what a quotation mark does is the language's"


def test_a_name_that_became_a_lower_case_word() -> None:
    def small(label: str, target: str = "La comida belga") -> float:
        given = pair("The Belgium food", target, "0-0 1-2 2-1", [(label, 1, 2)])
        return rows(given)[2, 3]["name_lowercase"]

    assert small("LOC") == small("gpe") == small("ORG") == 1
    assert small("MISC") == small("food") == 0, "nothing says that it is a name"
    assert small("LOC", "La comida Belga") == 0
    assert small("LOC", "la comida belga") == 0, "a text without capitals says nothing"
    assert small("LOC", "La comida 比利時") == 0, "a script without capitals"
    given = pair("The belgian food", "La comida belga", "0-0 1-2 2-1", [("LOC", 1, 2)])
    assert rows(given)[2, 3]["name_lowercase"] == 0, "it had none in the source"


def test_the_article_of_a_place_and_the_tail_of_a_name() -> None:
    found = rows(pair("In the Alps", "In den Alpen", "0-0 1-1 2-2", [("LOC", 1, 3)]))
    assert found[1, 3]["name_article"] == 1 and found[2, 3]["name_article"] == 0
    found = rows(pair("In the port Bern", "Im alten Bern", "0-0 2-1 3-2", [("LOC", 1, 4)]))
    assert found[1, 3]["name_article"] == 0, "a name of lower-case words has such a first one too"
    found = rows(pair("In the Times", "In der Times", "0-0 1-1 2-2", [("ORG", 1, 3)]))
    assert found[1, 3]["name_article"] == 0, "only places leave theirs"
    spans, links = [("ORG", 1, 3)], "0-0 1-1 2-2 2-3"
    given = pair("A Supreme Court", "Ein Oberster Gerichtshof entschied", links, spans)
    assert rows(given)[1, 4]["name_last_lowercase"] == 0, "the language is not known to be German"
    given = replace(given, target=replace(given.target, lang="de"))
    assert (
        rows(given)[1, 4]["name_last_lowercase"] == 1
        and rows(given)[1, 3]["name_last_lowercase"] == 0
    )


def test_punctuation_at_an_edge_needs_punctuation_in_the_span() -> None:
    found = rows(pair("a cat .", "un gato .", "0-0 1-1 2-2", [("X", 0, 2)]))
    assert (0, 2) in found and found.get((0, 3), {"last_punctuation": 1.0})["last_punctuation"] == 1
    found = rows(pair("a cat .", "un gato .", "0-0 1-1 2-2", [("X", 0, 3)]))
    assert found[0, 3]["last_punctuation"] == 0 and found[0, 2]["last_punctuation_lost"] == 1


def test_every_span_has_a_null_and_empty_targets_only_that() -> None:
    assert list(rows(pair("a", "", "", [("X", 0, 1)]))) == []
    assert list(rows(pair("a", "b", "", [("X", 0, 1)]))) == [(-1, -1)]


def test_features_do_not_depend_on_the_company() -> None:
    one = pair("red Rome x", "y Roma z", [(1, 1, 0.6), (1, 2, 0.2)], [("LOC", 1, 2), ("X", 0, 3)])
    other = pair("big Paris", "gran París", "0-0 1-1", [("LOC", 1, 2)])
    alone, both = (
        build([one], CorpusStatistics(), SpanTranslations(), Conventions()),
        build([other, one], CorpusStatistics(), SpanTranslations(), Conventions()),
    )
    a = candidates(alone.batch, alone.source, alone.target)
    b = candidates(both.batch, both.source, both.target)
    assert np.array_equal(a.features, b.features[b.at[1] :])


def test_tokens_that_a_stretch_touches() -> None:
    doc = Document("d", "ab cd  ef", tokens=[(0, 2), (3, 5), (7, 9)])
    assert token_run(doc, (0, 2)) == (0, 1)
    assert token_run(doc, (1, 4)) == (0, 2)
    assert token_run(doc, (3, 9)) == (1, 3)
    first, end = token_run(doc, (5, 7))
    assert first == end


def test_the_joint_choice_is_the_best_of_all_allowed_ones() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        spans = [(0, 1), (2, 4), (5, 6)]
        at, first, end, score = [0], [], [], []
        for _ in spans:
            for _ in range(4):
                a = int(rng.integers(0, 5))
                first.append(a)
                end.append(a + int(rng.integers(1, 3)))
                score.append(rng.normal())
            first.append(-1)
            end.append(-1)
            score.append(rng.normal() - 1)
            at.append(len(first))
        log_p = probabilities(np.array(at), np.array(score))
        chosen = choose(
            np.array([0, 3]), np.array([a for a, _ in spans]), np.array([b for _, b in spans]),
            np.array([0, 1, 2]), np.array(at), np.array(first), np.array(end), log_p,
        )  # fmt: skip

        def allowed(pick: tuple[int, ...], first: list[int] = first, end: list[int] = end) -> bool:
            return all(
                first[x] < 0 or first[y] < 0 or end[x] <= first[y] or end[y] <= first[x]
                for x, y in itertools.combinations(pick, 2)
            )

        best = max(
            (
                p
                for p in itertools.product(*(range(at[s], at[s + 1]) for s in range(3)))
                if allowed(p)
            ),
            key=lambda p: sum(log_p[x] for x in p),
        )
        assert sum(log_p[x] for x in chosen) == pytest.approx(sum(log_p[x] for x in best))


def test_a_nested_span_stays_inside() -> None:
    at = np.array([0, 2, 5])
    first, end = np.array([0, -1, 4, 1, -1]), np.array([3, -1, 5, 2, -1])
    log_p = np.log(np.array([0.9, 0.1, 0.6, 0.3, 0.1]))
    chosen = choose(
        np.array([0, 2]),
        np.array([0, 1]),
        np.array([3, 2]),
        np.array([0, 1]),
        at,
        first,
        end,
        log_p,
    )
    assert chosen.tolist() == [0, 3]
