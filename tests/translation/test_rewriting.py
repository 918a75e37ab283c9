"""Edits and the way back: every stretch outside them keeps its text on both sides."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector.translation.rewriting import Edit, Rewritten


def test_offsets_go_both_ways() -> None:
    rewritten = Rewritten("see http://x.org now", [Edit(4, 16, "XQ1"), Edit(20, 20, " !")])
    assert rewritten.text == "see XQ1 now !"
    assert rewritten.places == [(4, 7), (11, 13)]
    assert rewritten.after((4, 16)) == (4, 7)
    assert rewritten.before((4, 7)) == (4, 16)
    assert rewritten.before((8, 11)) == (17, 20)
    assert rewritten.before((0, 3)) == (0, 3)


def test_a_part_of_what_was_replaced_counts_as_the_whole() -> None:
    rewritten = Rewritten("a long word here", [Edit(2, 11, "XQ1")])
    assert rewritten.before((3, 4)) == (2, 11)
    assert rewritten.after((5, 8)) == (2, 5)


@given(st.text(alphabet="ab ", min_size=1, max_size=30), st.data())
def test_what_no_edit_touches_stays_itself(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [Edit(a, b, data.draw(st.sampled_from(["", "X", "XYZ"])))
             for a, b in zip(cuts[::2], cuts[1::2], strict=False)]  # fmt: skip
    rewritten = Rewritten(text, edits)
    kept = [n for n in range(len(text)) if not any(e.start <= n < e.end for e in edits)]
    for n in kept:
        start, end = rewritten.after((n, n + 1))
        assert rewritten.text[start:end] == text[n]
        assert rewritten.before((start, end)) == (n, n + 1)
