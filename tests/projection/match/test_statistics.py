"""What the corpus says as a whole, counted by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from projector.projection.match import statistics
from projector.projection.match.statistics import BOND_PRIOR, EVEN, PRIOR, Shares
from projector.projection.words import facts
from projector.records import Document, Pair
from projector.text.tokens import with_tokens

TEXTS = [
    ("The red house.", "La casa roja."),
    ("The house of Ana.", "La casa de Ana."),
    ("A red car!", "Un coche rojo!"),
]


def counted() -> Shares:
    shares = Shares()
    for n, (left, right) in enumerate(TEXTS):
        source = with_tokens(Document(id=str(n), text=left, lang="en"))
        target = with_tokens(Document(id=str(n), text=right, lang="es"))
        shares.add(Pair(id=str(n), source=source, target=target))
    return shares


def said(shares: Shares) -> dict[str, Any]:
    return {
        "source": dict(shares.source("en", "es")),
        "target": dict(shares.target("en", "es")),
        "bonds": dict(shares.bonds("en", "es")),
        "scale": shares.scale("en", "es", bare=False),
        "bare": shares.scale("en", "es", bare=True),
    }


def test_shares_bonds_and_lengths() -> None:
    found = said(counted())
    assert found["source"]["the"] == pytest.approx(2 / (3 + PRIOR))
    assert found["target"]["casa"] == pytest.approx(2 / (3 + PRIOR))
    # "la casa" twice; nothing else comes twice in a row.
    wanted = 2 / (2 + BOND_PRIOR)
    assert found["bonds"] == {("la", "casa"): (pytest.approx(wanted), pytest.approx(wanted))}
    assert found["scale"][0] == pytest.approx((10 + EVEN) / (10 + EVEN))  # words without marks
    letters = [
        sum(len(facts(word).spelling) for text in side for word in re.findall(r"\w+", text))
        for side in zip(*TEXTS, strict=True)
    ]
    assert found["scale"][1] == pytest.approx((letters[1] + EVEN) / (letters[0] + EVEN))


def test_when_it_is_counted_up_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = said(counted())
    monkeypatch.setattr(statistics, "FRESH", 0)
    assert said(counted()) == whole
    assert said(Shares.load(counted().dump())) == whole


def test_nothing_counted_says_nothing() -> None:
    assert said(Shares()) == {
        "source": {}, "target": {}, "bonds": {}, "scale": (1.0, 1.0), "bare": (1.0, 1.0)
    }  # fmt: skip
