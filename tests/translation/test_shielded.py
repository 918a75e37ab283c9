"""Through any engine: what is never translated stands in the translation as it stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.translation.base import Constraint, Keeps, TextLink, Translation
from projector.translation.shielded import came_through, translate

PLAIN = ["the old house", "a", "Élan, vital:", "go now", "(well)"]
KEPT = ["`x = {1}`", "{name}", "https://x.org/a?b", "$a^2 + b$", "%(n)s", "<b>", "</b>", "<br/>"]


class Engine:
    """Writes each word by a rule; remembers what it was asked."""

    name, model, version = "rule", "", "1"

    def __init__(self, rule: Callable[[str], str], *, links: bool = False) -> None:
        self.rule, self.gives_links = rule, links
        self.asked: list[str] = []

    def check(self, source: str, target: str) -> None:
        """Any pair."""

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        self.asked += sentences
        return [self._one(text) for text in sentences]

    def _one(self, text: str) -> Translation:
        out = ""
        links: list[TextLink] = []
        for match in re.finditer(r"\S+", text):
            new = self.rule(match.group())
            out += " " if out and new else ""
            if new:
                links.append((match.span(), (len(out), len(out) + len(new)), 1.0))
            out += new
        return Translation(out, links if self.gives_links else None)

    def close(self) -> None:
        """Nothing."""


def upper(word: str) -> str:
    return word.upper()


def forgetful(word: str) -> str:
    """An engine that drops what is no plain word, stand-ins too."""
    return word.upper() if re.fullmatch(r"[^\W\d_]+[.,:;)]*", word) else ""


def doubling(word: str) -> str:
    return f"{word} {word}"


@pytest.mark.parametrize("rule", [upper, forgetful, doubling])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("keeps", ["usually", "seldom"])
def test_code_and_formulas_come_through(
    rule: Callable[[str], str], links: bool, keeps: Keeps
) -> None:
    text = "Use `a.b` and $x^2$ for {name}, see https://x.org/y now."
    (made,) = translate(Engine(rule, links=links), [text], "en", "es", None, keeps)
    for part in ("`a.b`", "$x^2$", "{name}", "https://x.org/y"):
        assert made.text.count(part) == 1, made.text
    assert "USE" in made.text or "Use" in made.text
    for (a, b), (c, d), _ in made.links or ():
        if text[a:b].startswith(("`", "$", "{", "http")):
            assert made.text[c:d] == text[a:b]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(PLAIN + KEPT), min_size=1, max_size=8),
    st.sampled_from([" ", ""]),
    st.sampled_from([upper, forgetful, doubling]),
    st.booleans(),
)
def test_nothing_is_lost_or_doubled_whatever_the_engine_does(
    parts: list[str], glue: str, rule: Callable[[str], str], links: bool
) -> None:
    text = glue.join(parts)
    (made,) = translate(Engine(rule, links=links), [text], "en", "es")
    assert made.error is None
    assert came_through(text, made.text), (text, made.text)
    for (a, b), (c, d), _ in made.links or ():
        assert 0 <= a <= b <= len(text) and 0 <= c <= d <= len(made.text)


def test_tags_go_with_their_words_where_there_are_links() -> None:
    class Swapping(Engine):
        def _one(self, text: str) -> Translation:
            assert text == "the old house"
            links: list[TextLink] = [((0, 3), (0, 2), 1.0), ((4, 7), (8, 13), 1.0), ((8, 13), (3, 7), 1.0)]  # fmt: skip
            return Translation("la casa vieja", links)

    engine = Swapping(upper, links=True)
    (made,) = translate(engine, ["the <b>old</b> house"], "en", "es")
    assert made.text == "la casa <b>vieja</b>"


def test_stand_ins_keep_the_sentence_whole_without_links() -> None:
    engine = Engine(upper)
    (made,) = translate(engine, ["the <b>old</b> house `x`."], "en", "es")
    assert made.text == "THE <b>OLD</b> HOUSE `x`."
    assert len(engine.asked) == 1, "one question was enough"


def test_a_sentence_of_nothing_else_is_not_asked_for() -> None:
    engine = Engine(upper, links=True)
    (made,) = translate(engine, ["`code` 42 {x}"], "en", "es")
    assert made.text == "`code` 42 {x}" and engine.asked == []
    assert [s for s, _, _ in made.links or ()] == [(0, 6), (10, 13)]


def test_an_engine_that_keeps_everything_is_left_alone() -> None:
    engine = Engine(upper)
    translate(engine, ["Use `x` now"], "en", "es", None, "always")
    assert engine.asked == ["Use `x` now"]


def test_constraints_hold_in_what_is_shielded() -> None:
    class Obedient(Engine):
        def translate(
            self,
            sentences: Sequence[str],
            source: str,
            target: str,
            constraints: Sequence[Sequence[Constraint]] | None = None,
        ) -> list[Translation]:
            assert constraints is not None
            out = []
            for text, row in zip(sentences, constraints, strict=True):
                for c in sorted(row, key=lambda c: -c.start):
                    text = text[: c.start] + c.wanted[0] + text[c.end :]
                out.append(Translation(text))
            return out

    text = "Run `ls` in Berlin and {x}"
    start = text.index("Berlin")
    row = [Constraint(["Berlín"], start, start + 6), Constraint(["`ls`"], 4, 8)]
    (made,) = translate(Obedient(upper), [text], "en", "es", [row])
    assert made.text == "Run `ls` in Berlín and {x}"
    assert made.constraints_met == [True, True]


def test_an_error_of_the_engine_is_handed_on() -> None:
    class Broken(Engine):
        def _one(self, text: str) -> Translation:
            return Translation("", error="it died")

    made = translate(Broken(upper), ["Use `x` now", "plain"], "en", "es")
    assert [one.error for one in made] == ["it died", "it died"]


@pytest.mark.parametrize(
    ("sentence", "translation", "holds"),
    [
        ("a <b>c</b>", "x <b>y</b>", True),
        ("a <b>c</b>", "x </b>y<b>", False),
        ("a <b>c</b>", "x <b>y", False),
        ("{a} {a}", "{a}", False),
        ("{a} {a}", "{a} b {a}", True),
        ("a</i>", "x</i>", True),
        ("one<br>two", "uno<br>dos", True),
    ],
)
def test_what_counts_as_come_through(sentence: str, translation: str, holds: bool) -> None:
    assert came_through(sentence, translation) is holds
