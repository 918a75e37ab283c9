from __future__ import annotations

from typing import Any

import pytest

from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Pair
from tests.projection.pairs import pair, surfaces

BRING = ("Bring it here", "traerlo aquí", "0-0 2-1", [("M", 1, 2)])
HURTS = (
    "My knee ? It hurts",
    "¿ Mi rodilla ? duele",
    "0-1 1-2 2-3 4-4",
    [("M", 0, 2), ("M", 3, 4)],
)


def project(given: Pair, **options: Any) -> Pair:
    (done,) = ProjectStage(ProjectOptions(**options)).process([given])
    assert isinstance(done, Pair), done
    return done


def test_a_pronoun_inside_the_verb_is_that_part_of_it() -> None:
    done = project(pair(*BRING))
    assert surfaces(done) == {"s0": "lo"}
    (span,) = done.target.spans
    assert (span.start, span.end) == (5, 7) and 0 < (span.score or 0) < 1


def test_or_the_whole_word_or_nothing_on_demand() -> None:
    assert surfaces(project(pair(*BRING), clitics="word")) == {"s0": "traerlo"}
    assert surfaces(project(pair(*BRING), clitics="off")) == {}


def test_a_free_clitic_is_found_before_the_verb_by_the_verbs_link() -> None:
    done = project(pair("I cannot find it", "no lo puedo encontrar", "1-2 2-3", [("M", 3, 4)]))
    assert surfaces(done) == {"s0": "lo"}


def test_two_pronouns_of_a_verb_take_a_clitic_each() -> None:
    done = project(pair("Give it to me", "Dámelo", "0-0", [("M", 1, 2), ("M", 3, 4)]))
    assert surfaces(done) == {"s0": "lo", "s1": "me"}


def test_a_dropped_subject_is_dropped_or_stands_on_the_finite_verb() -> None:
    dropped = project(pair(*HURTS, clusters=[["s0", "s1"]]))
    assert surfaces(dropped) == {"s0": "Mi rodilla"}
    assert dropped.target.clusters == []
    reasons = {d.span: d.reason for d in dropped.dropped if d.span}
    assert reasons == {"s1": "dropped_subject"}
    kept = project(pair(*HURTS, clusters=[["s0", "s1"]]), dropped_subjects="verb")
    assert surfaces(kept) == {"s0": "Mi rodilla", "s1": "duele"}
    assert kept.target.clusters == [["s0", "s1"]]


def test_the_auxiliary_is_the_finite_verb() -> None:
    given = pair(
        "he said they found it", "dijo que habían encontrado eso", "1-0 3-3 4-4", [("M", 2, 3)]
    )
    assert surfaces(project(given, dropped_subjects="verb")) == {"s0": "habían"}


def test_a_subject_that_is_said_is_found_by_the_verb() -> None:
    given = pair("They had pizza", "Ellos comieron pizza", "1-1 2-2", [("M", 0, 1)])
    assert surfaces(project(given)) == {"s0": "Ellos"}


@pytest.mark.parametrize(
    ("target", "links"),
    [
        ("No tiene cámara", "0-0 1-1 3-2"),  # a negation
        ("me gustó mucho", "0-0 1-1 3-2"),  # another person
        ("de pronto camina", "0-0 1-2"),  # a preposition
    ],
)
def test_a_word_that_cannot_be_the_pronoun_is_given_up(target: str, links: str) -> None:
    done = project(pair("It has no camera", target, links, [("M", 0, 1)]))
    assert surfaces(done) == {}
    assert done.dropped[0].reason in ("no_pronoun", "dropped_subject")


def test_other_mentions_possessives_and_other_sources_are_left_alone() -> None:
    given = pair("She lost her passport", "perdió su pasaporte", "1-0 2-1 3-2", [("M", 2, 3)])
    assert surfaces(project(given)) == {"s0": "su"}
    german = pair("It hat no", "No tiene no", "0-0 1-1", [("M", 0, 1)], langs=("de", "es"))
    assert surfaces(project(german)) == {"s0": "No"}


def test_the_options_are_in_the_provenance() -> None:
    done = project(pair(*BRING), dropped_subjects="verb")
    assert done.steps[-1].options == {"dropped_subjects": "verb"}
