"""Slots: what is asked for, what is written, and what of an answer counts."""

from __future__ import annotations

from projector.text.label_slots import by_label, filled, prompt


def test_the_prompt_has_an_empty_slot_for_each_label() -> None:
    assert prompt("Ana vio Roma", ["PER", "LOC"]) == (
        "Ana vio Roma <PER>[None]</PER><LOC>[None]</LOC>"
    )


def test_only_what_stands_in_the_text_is_proposed_by_label() -> None:
    outputs = [
        "<PER>Obama</PER><LOC> New  York </LOC>",
        "<PER>[None]</PER><LOC>Paris</LOC>",
        "<PER>Obama Jr</PER",
    ]
    assert by_label(outputs, "Obama en New York") == {"PER": ["Obama"], "LOC": ["New York"]}


def test_what_was_filled_is_read_back() -> None:
    answer = filled([("PER", "Ana"), ("LOC", "Roma"), ("PER", "Eva")])
    assert by_label([answer], "Ana y Eva vieron Roma") == {"PER": ["Ana", "Eva"], "LOC": ["Roma"]}
