"""What becomes of relations, clusters and questions when spans go: one rule for all who drop some.

They refer to spans by id. What cannot be without a span goes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from projector.records import Question, Relation


def relation_stays(relation: Relation, kept: Collection[str]) -> bool:
    """A relation (an event's argument too) needs both its spans."""
    return relation.head in kept and relation.tail in kept


def mentions_left(cluster: Sequence[str], kept: Collection[str]) -> list[str] | None:
    """A cluster keeps its surviving mentions; None where it cannot be: it needs two, or all of them
    if it had fewer."""
    left = [name for name in cluster if name in kept]
    return left if left and len(left) >= min(2, len(cluster)) else None


def answers_left(question: Question, kept: Collection[str]) -> list[str] | None:
    """A question keeps its surviving answers; None where it had some and none is left."""
    left = [name for name in question.answers if name in kept]
    return left if left or not question.answers else None
