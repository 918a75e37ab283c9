"""Two texts translated as one and parted again."""

from __future__ import annotations

import pytest

from projector.augment.joining import JoinOptions, JoinStage, SplitOptions, SplitStage
from projector.errors import UsageError
from projector.records import Document, Pair
from projector.stage import Rejected

DOC = Document(
    "d", "A man sleeps.", "en", labels={"x": "y"}, meta={"hypothesis": "He is awake.", "k": 1}
)


def joined(doc: Document = DOC) -> Document:
    (made,) = JoinStage(JoinOptions(field="hypothesis")).process([doc])
    assert isinstance(made, Document)
    return made


def test_there_and_back() -> None:
    source = joined()
    assert source.text == "A man sleeps.\nHe is awake."
    source = Document(
        source.id, source.text, "en", tokens=[(0, 1), (2, 5), (14, 16)], meta=source.meta
    )
    target = Document("d", "Un hombre duerme.\nEstá despierto.", "es", tokens=[(0, 2), (3, 9), (18, 22)],
                      meta=source.meta)  # fmt: skip
    pair = Pair("d", source, target, [(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)])
    (made,) = SplitStage(SplitOptions()).process([pair])
    assert isinstance(made, Pair)
    assert (made.source.text, made.source.meta) == (DOC.text, DOC.meta)
    assert made.target.text == "Un hombre duerme."
    assert made.target.meta["hypothesis"] == "Está despierto."
    assert made.alignment == [(0, 0, 1.0), (1, 1, 1.0)]


def test_a_lost_line_is_a_reason_not_a_guess() -> None:
    source = joined()
    pair = Pair(
        "d", source, Document("d", "Un hombre duerme. Está despierto.", "es", meta=source.meta)
    )
    (made,) = SplitStage(SplitOptions()).process([pair])
    assert isinstance(made, Rejected)
    assert made.reason == "joined_text_lost"


@pytest.mark.parametrize(
    "meta", [{}, {"hypothesis": ""}, {"hypothesis": 3}, {"hypothesis": "a\nb"}]
)
def test_what_cannot_be_joined_is_rejected(meta: dict[str, object]) -> None:
    (made,) = JoinStage(JoinOptions(field="hypothesis")).process([Document("d", "x", meta=meta)])
    assert isinstance(made, Rejected)


def test_split_without_join_is_rejected() -> None:
    (made,) = SplitStage(SplitOptions()).process([Pair("d", DOC, Document("d", "x"))])
    assert isinstance(made, Rejected)


def test_a_field_is_wanted() -> None:
    with pytest.raises(UsageError):
        JoinStage(JoinOptions(field=""))
