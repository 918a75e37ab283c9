"""Looking translations up in a file of sentence pairs."""

import gzip
from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.translation.base import Constraint
from projector.translation.bitext import BitextTranslator


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    path = tmp_path / "pairs.tsv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("Hello,  world.\tHola, mundo.\nA b.\tUno\nA b.\tDos\textra\n\n")
    return str(path)


def test_sentences_are_found_whatever_their_white_space(pairs: str) -> None:
    done = BitextTranslator(pairs).translate(["Hello, world.", " A\tb. ", "Bye."], "en", "es")
    assert [t.text for t in done] == ["Hola, mundo.", "Uno", ""]
    assert done[0].error is None and done[2].error is not None and "'Bye.'" in done[2].error


def test_the_other_direction(pairs: str) -> None:
    assert BitextTranslator(pairs, reverse=True).translate(["Dos"], "es", "en")[0].text == "A b."


def test_constraints_are_checked(pairs: str) -> None:
    row = [Constraint(["globo", "mundo"]), Constraint(["tierra"])]
    (done,) = BitextTranslator(pairs).translate(["Hello, world."], "en", "es", [row])
    assert done.constraints_met == [True, False]


def test_the_identity_follows_the_content(pairs: str, tmp_path: Path) -> None:
    other = tmp_path / "other.tsv"
    other.write_text("Hello.\tAdiós.\n", encoding="utf-8")
    assert BitextTranslator(pairs).identity() != BitextTranslator(str(other)).identity()


def test_mistakes_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--model"):
        BitextTranslator()
    with pytest.raises(UsageError, match="reverse"):
        BitextTranslator("x.tsv", revers=True)
    with pytest.raises(DataError, match="no such file"):
        BitextTranslator(str(tmp_path / "none.tsv")).check("en", "es")
    bad = tmp_path / "bad.tsv"
    bad.write_text("a\tb\nonly one\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad.tsv:2: found one column"):
        BitextTranslator(str(bad)).check("en", "es")
