"""The error family: places, near misses, exit codes."""

from __future__ import annotations

from projector.errors import (
    DataError,
    EngineError,
    TooManyRejects,
    UsageError,
    suggestion,
)


def test_exit_codes_are_the_documented_ones() -> None:
    kinds = (TooManyRejects, UsageError, DataError, EngineError)
    assert [kind("x").exit_code for kind in kinds] == [1, 2, 3, 4]


def test_a_data_error_says_where() -> None:
    error = DataError("text: found 3, wanted a string", reason="bad_field").at("in.jsonl", 7)
    assert str(error) == "in.jsonl:7: text: found 3, wanted a string"
    assert (error.reason, error.path, error.line) == ("bad_field", "in.jsonl", 7)


def test_the_first_known_place_stays() -> None:
    error = DataError("cut", path="a.jsonl", line=2).at("b.jsonl", 9)
    assert (error.path, error.line) == ("a.jsonl", 2)


def test_near_miss_names_the_nearest_and_all() -> None:
    assert (
        suggestion("simaling", ["simalign", "hmm"])
        == "; did you mean 'simalign'? (known: hmm, simalign)"
    )
    assert suggestion("zzz", ["hmm"]) == " (known: hmm)"
