"""Tags read back: whole, spaced, lost, swapped, crossed, and without touching the text."""

from __future__ import annotations

import pytest

from projector.projection.markers.insertion import read_markers
from projector.projection.markers.recovery import CROSSED, MENDED, WHOLE, read_back

XML, BRACKETS = read_markers("<{n}> </{n}>"), read_markers("[ ]")


def read(text: str, markers=XML, words=(1, 1)) -> tuple[str, list[tuple[str, int, float]]]:
    plain, found = read_back(text, markers, words)
    return plain, [(plain[f.start : f.end], f.part, f.quality) for f in found]


def test_whole_tags_in_any_order_and_spelling() -> None:
    plain, found = read("En <b> Berlín </b>, <a> Merkel </a> habló.")
    assert plain == "En Berlín, Merkel habló."
    assert found == [("Berlín", 1, WHOLE), ("Merkel", 0, WHOLE)]
    assert read("En <B>Berlín< / b >, < A > Merkel</ a> habló.") == (plain, found)
    assert read("En &lt;b&gt; Berlín &lt;/b&gt;, <a> Merkel </a> habló.") == (plain, found)


def test_brackets_come_back_in_the_order_of_the_text() -> None:
    plain, found = read("[ Merkel ] habló en [Berlín] .", BRACKETS)
    assert plain == "Merkel habló en Berlín ."
    assert found == [("Merkel", -1, WHOLE), ("Berlín", -1, WHOLE)]


@pytest.mark.parametrize(
    ("text", "words", "wanted"),
    [
        ("la <a> casa roja es grande", (2,), [("casa roja", 0, MENDED)]),
        ("la casa roja </a> es grande", (2,), [("casa roja", 0, MENDED)]),
        ("la </a> casa <a> roja", (1,), [("casa", 0, MENDED)]),
        ("la <a> casa <b> roja </b> y", (3, 1), [("casa", 0, MENDED), ("roja", 1, WHOLE)]),
        (
            "una <a> casa <b> muy </a> roja </b> y",
            (2, 1),
            [("casa muy", 0, CROSSED), ("roja", 1, CROSSED)],
        ),
        (
            "una <a> casa muy <b> roja </b> </a>",
            (2, 1),
            [("casa muy", 0, CROSSED), ("roja", 1, WHOLE)],
        ),
        ("una casa <a> </a> roja", (1,), []),
        ("<a> una </a> <a> casa </a>", (1,), [("una", 0, WHOLE)]),
        ("una casa", (1,), []),
    ],
)
def test_damaged_tags_are_mended_and_trusted_less(text: str, words: tuple, wanted: list) -> None:
    plain, found = read(text, XML, words)
    assert found == wanted
    assert "<" not in plain and "  " not in plain


def test_lost_brackets_are_read_flat() -> None:
    _, found = read("la [ casa roja es [ grande ] y vieja ] .", BRACKETS, (2, 1))
    assert [quality for *_, quality in found] == [MENDED, WHOLE, MENDED]
