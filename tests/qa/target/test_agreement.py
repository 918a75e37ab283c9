"""Third person singular for plural, by language."""

from __future__ import annotations

import pytest

from projector.qa.target.agreement import looks_plural, singular


@pytest.mark.parametrize(
    ("form", "present", "wanted"),
    [
        ("esperam", True, "espera"), ("receberam", False, "recebeu"), ("dizem", True, "diz"),
        ("preveem", True, "prevê"), ("seguem", True, "segue"), ("preferem", True, "prefere"),
        ("preparam", True, "prepara"), ("queixaram", False, "queixou"),
    ],
)  # fmt: skip
def test_portuguese(form: str, present: bool, wanted: str) -> None:
    assert looks_plural(form, "pt")
    assert singular(form, "pt", present=present) == wanted


@pytest.mark.parametrize("form", ["verificarem", "receberem", "partirem"])
def test_a_personal_infinitive_has_no_singular(form: str) -> None:
    assert singular(form, "pt") is None


@pytest.mark.parametrize(("form", "wanted"), [("prevén", "prevé"), ("dijeron", "dijo")])
def test_spanish(form: str, wanted: str) -> None:
    assert looks_plural(form, "es")
    assert singular(form, "es") == wanted
