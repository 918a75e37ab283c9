"""Links from a Pharaoh file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.alignment.filling import FILL_FROM, fill_missing
from projector.alignment.imported import parse_links
from projector.alignment.stage import AlignOptions, AlignStage
from projector.errors import DataError, UsageError
from projector.pipeline.in_memory import apply
from projector.records import Document, Pair
from projector.stage import Rejected

LINKS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)), st.floats(0.02, 1.0), max_size=12
)


def pairs(texts: list[tuple[str, str]]) -> list[Pair]:
    return [
        Pair(id=f"p{n}", source=Document("s", a, "en"), target=Document("t", b, "es"))
        for n, (a, b) in enumerate(texts)
    ]


def stage(folder: Path, lines: str) -> AlignStage:
    file = folder / "links.txt"
    file.write_text(lines, encoding="utf-8")
    return AlignStage(AlignOptions(engine="import", links=str(file)))


def test_words_that_the_file_leaves_alone_get_links_by_the_other_engine(tmp_path: Path) -> None:
    file = tmp_path / "links.txt"
    words = [("dog", "perro"), ("house", "casa"), ("book", "libro"), ("sun", "sol")]
    texts = [
        (f"{a} {b}", f"{c} {d}")
        for n, (a, c) in enumerate(words * 6)
        for b, d in [words[n * 3 % 4]]
    ]
    lines = ["0-1:0.8"] + [""] * (len(texts) - 1)  # a wrong link, which stays
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    records = pairs(texts)
    found = apply([AlignStage(AlignOptions(engine="import+hmm", links=str(file)))], records)
    alone = apply([AlignStage(AlignOptions(engine="hmm"))], records)
    assert (0, 1, 0.8) in found[0].alignment
    assert {(i, j) for i, j, _ in found[0].alignment} >= {(0, 1), (1, 1), (0, 0)}
    for filled, hmm in zip(found[1:], alone[1:], strict=True):
        assert filled.alignment == [link for link in hmm.alignment if link[2] >= FILL_FROM]
    assert found[0].steps[-1].engine == "import+hmm"


def test_workers_take_over_the_file_and_what_was_learnt(tmp_path: Path) -> None:
    file = tmp_path / "links.txt"
    file.write_text("0-0\n\n\n", encoding="utf-8")
    options = AlignOptions(engine="import+hmm", links=str(file))
    one, other = AlignStage(options), AlignStage(options)
    one.fit(iter(pairs(TEXTS)))
    other.load_state(one.state() or b"")
    assert other.process(pairs(TEXTS)) == one.process(pairs(TEXTS))


def test_a_line_that_is_no_link_is_rejected_in_a_join_too(tmp_path: Path) -> None:
    file = tmp_path / "links.txt"
    file.write_text("0-0\n9-9\n0-0\n", encoding="utf-8")
    align = AlignStage(AlignOptions(engine="import+hmm", links=str(file)))
    align.fit(iter(pairs(TEXTS)))
    assert [isinstance(x, Rejected) for x in align.process(pairs(TEXTS))] == [False, True, False]


@given(LINKS, LINKS)
def test_filling_keeps_every_given_link_and_adds_only_for_words_without(
    given_links: dict[tuple[int, int], float], others: dict[tuple[int, int], float]
) -> None:
    mine = [(i, j, p) for (i, j), p in sorted(given_links.items())]
    filled = fill_missing(mine, [(i, j, p) for (i, j), p in sorted(others.items())])
    assert set(mine) <= set(filled) and filled == sorted(filled)
    rows, columns = {i for i, _, _ in mine}, {j for _, j, _ in mine}
    for i, j, _ in set(filled) - set(mine):
        assert i not in rows or j not in columns
    assert len({(i, j) for i, j, _ in filled}) == len(filled)


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
