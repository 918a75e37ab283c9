"""Other methods' spans under the source's conventions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from projector.projection.base import Projection
from projector.projection.conventions.projector import ConventionProjector
from projector.projection.ensemble import make_projector
from projector.records import Pair
from tests.projection.conventions.test_learning import bare, claims


class Words:
    """A projector that gives the same target words for the first span of every pair."""

    name, model, version, needs_links = "words", "", "1", False

    def __init__(self, first: int, end: int) -> None:
        self.run = (first, end)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        found = []
        for pair in pairs:
            tokens = pair.target.tokens or []
            place = (tokens[self.run[0]][0], tokens[self.run[1] - 1][1])
            found.append([Projection([place], 0.7)])
        return found

    def close(self) -> None:
        """Nothing to free."""


def surface(projector: ConventionProjector, given: Pair) -> str:
    ((found,),) = projector.project([given])
    assert found.pieces is not None and found.score == 0.7
    (a, b), *_ = found.pieces
    return given.target.text[a:b]


@pytest.mark.parametrize("run", [(1, 7), (2, 7)])
@pytest.mark.parametrize("inside", [True, False])
def test_the_article_is_taken_in_or_left_out_as_the_label_does(
    run: tuple[int, int], inside: bool
) -> None:
    projector = ConventionProjector(Words(*run))
    projector.fit(iter([*claims(inside, 60), bare()]))
    wanted = "octreotida mejora supervivencia mucho hoy"
    assert surface(projector, bare()) == ("la " + wanted if inside else wanted)
    elsewhere = ConventionProjector(Words(*run))
    elsewhere.load_state(projector.state())
    assert surface(elsewhere, bare()) == surface(projector, bare())


def test_without_a_corpus_only_the_source_span_itself_decides() -> None:
    assert surface(ConventionProjector(Words(2, 7)), bare()).startswith("octreotida")
    given = claims(inside=True, count=1)[0]
    assert surface(ConventionProjector(Words(2, 7)), given).startswith("la droga0")
    given = claims(inside=False, count=1)[0]
    assert surface(ConventionProjector(Words(1, 7)), given).startswith("droga0")


def test_match_needs_no_correction() -> None:
    assert make_projector("match", "", {}).name == "match"
    assert not isinstance(make_projector("match", "", {}), ConventionProjector)
