"""Links from a Pharaoh file."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.alignment.imported import parse_links
from projector.alignment.stage import AlignOptions, AlignStage
from projector.errors import DataError, UsageError
from projector.records import Document, Pair
from projector.stage import Rejected


def pairs(texts: list[tuple[str, str]]) -> list[Pair]:
    return [
        Pair(id=f"p{n}", source=Document("s", a, "en"), target=Document("t", b, "es"))
        for n, (a, b) in enumerate(texts)
    ]


def stage(folder: Path, lines: str) -> AlignStage:
    file = folder / "links.txt"
    file.write_text(lines, encoding="utf-8")
    return AlignStage(AlignOptions(engine="import", links=str(file)))


TEXTS = [("the house", "la casa"), ("dogs", "perros"), ("a b c", "x y")]


def test_each_record_gets_its_line_in_any_order_and_blank_means_none(tmp_path: Path) -> None:
    align = stage(tmp_path, "0-0 1-1:0.5\n\n2-1 0-0\n")
    records = pairs(TEXTS)
    align.fit(iter(records))
    found = align.process(records[::-1])
    assert [p.alignment for p in found] == [
        [(0, 0, 1.0), (2, 1, 1.0)],
        [],
        [(0, 0, 1.0), (1, 1, 0.5)],
    ]
    assert found[0].steps[-1].engine == "import"


@pytest.mark.parametrize("lines", ["0-0\n", "0-0\n0-0\n0-0\n0-0\n", ""])
def test_another_number_of_lines_is_an_error(tmp_path: Path, lines: str) -> None:
    with pytest.raises(DataError, match="one for each of the 3 records"):
        stage(tmp_path, lines).fit(iter(pairs(TEXTS)))


def test_a_link_outside_the_tokens_is_named_with_its_line(tmp_path: Path) -> None:
    align = stage(tmp_path, "0-0\n1-0\n0-0\n")
    align.fit(iter(pairs(TEXTS)))
    outcome = align.process(pairs(TEXTS))[1]
    assert isinstance(outcome, Rejected)
    assert "links.txt:2" in outcome.detail
    assert "below 1" in outcome.detail


@pytest.mark.parametrize("word", ["0", "0-", "a-b", "0-0:x", "0-0:1.5", "-1-0", "0:0"])
def test_what_is_no_link_is_an_error(word: str) -> None:
    with pytest.raises(DataError, match=r"f:3"):
        parse_links(f"0-0 {word}", (2, 2), "f", 3)


def test_the_same_record_twice_needs_the_same_links(tmp_path: Path) -> None:
    twice = [*pairs([("a", "b")]), *pairs([("a", "b")])]
    stage(tmp_path, "0-0\n0-0\n").fit(iter(twice))
    with pytest.raises(DataError, match="ids that differ"):
        stage(tmp_path, "0-0\n\n").fit(iter(twice))


def test_no_file_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--links"):
        AlignStage(AlignOptions(engine="import"))
