"""What counts as one word for the statistical aligner: first letters, stems, or whole forms.

Forms keep apart what differs; stems and beginnings share statistics between rare forms of a word.
Beginnings do best alone (and serve languages without a stemmer); each view makes other mistakes,
so several together, their links averaged, do a little better for as many times the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from projector.alignment.hmm.subtokens import stemmer
from projector.alignment.hmm.table import Ints
from projector.text.languages import base_language
from projector.text.readings import reader
from projector.text.segmenters import SPACELESS

Shorten = Callable[[str], str]


def beginning(letters: int) -> Shorten:
    """A function from a word to its first letters."""
    return lambda word: word[:letters]


@dataclass(frozen=True)
class View:
    """How one model sees words.

    Attributes:
        source, target: from a sub-token to the unit that is counted.
        backoff: for each coarser level, from a unit of the level before to its class, on the
            source and on the target side.
        kappa: what each coarser level weighs, in observations.
        readers: how units of either side are read where their script does not tell (`readings`).
    """

    name: str
    source: Shorten
    target: Shorten
    backoff: tuple[tuple[Shorten, Shorten], ...]
    kappa: tuple[float, ...]
    readers: tuple[Shorten | None, Shorten | None] = (None, None)


def view(name: str, source: str, target: str) -> View:
    """The view of that name for a language pair.

    ``prefix``: five letters, backed off to three; ``stem``: stems, backed off to five letters;
    ``form``: whole words, backed off to stems and these to five letters.
    """
    five, three = beginning(5), beginning(3)
    if name == "prefix":
        return View(name, _bare(source, five), _bare(target, five), ((three, three),), (3.0,))
    stems = stemmer(source), stemmer(target)
    readers = reader(source), reader(target)
    if name == "stem":
        return View(name, *stems, ((five, five),), (3.0,), readers)
    return View(name, str, str, (stems, (five, five)), (30.0, 3.0), readers)


def whole_word_views(source: str, target: str, by_vectors: bool) -> frozenset[str]:
    """The views that take the words of scripts without spaces whole, where the others take
    characters; none if both languages write spaces.

    Args:
        by_vectors: word vectors tell what the corpus is too small to tell. They know words better
            than characters, so ``stem`` takes words too; counts share more between characters
            (zh-en without bitext: AER 18.7 by words, 20.7 by characters; with 4,006 pairs and
            without vectors 20.5 and 17.6).
    """
    if not {base_language(source), base_language(target)} & SPACELESS:
        return frozenset()
    return frozenset({"stem", "form"} if by_vectors else {"form"})


def _bare(lang: str, shorten: Shorten) -> Shorten:
    """Before letters are counted, Arabic words lose the article and what is written on to it."""
    if base_language(lang) != "ar":
        return shorten
    return lambda word: shorten(_ARTICLE.sub("", word))


_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)(?=\w{3})")

VIEWS = ("prefix", "stem", "form")


class Units:
    """The units of one side of a view, numbered as they turn up; 0 is the empty one."""

    def __init__(self, shorten: Shorten) -> None:
        self.names: list[str] = [""]
        self._shorten = shorten
        self._number: dict[str, int] = {"": 0}
        self.of_word = np.zeros(1, np.int32)

    def learn(self, words: Sequence[str]) -> Ints:
        """The unit of each word of a vocabulary (its empty word first)."""
        known = self._number
        out = np.empty(len(words), np.int32)
        for n, word in enumerate(words):
            name = self._shorten(word)
            number = known.get(name)
            if number is None:
                number = known[name] = len(self.names)
                self.names.append(name)
            out[n] = number
        self.of_word = out
        return out

    def find(self, word: str) -> int:
        """The unit of any word, or -1 if it was never seen."""
        return self._number.get(self._shorten(word), -1)

    def of(self, numbers: Ints, words: Sequence[str]) -> Ints:
        """Units of words given by number; a negative number -k - 1 stands for ``words[k]``."""
        out = self.of_word[np.maximum(numbers, 0)]
        for place in np.flatnonzero(numbers < 0):
            out[place] = self.find(words[-int(numbers[place]) - 1])
        return out


def classes(names: Sequence[str], shorten: Shorten) -> tuple[Ints, list[str]]:
    """The class of each unit, and the classes' own names."""
    known: dict[str, int] = {}
    out = np.array([known.setdefault(shorten(name), len(known)) for name in names], np.int32)
    return out, list(known)
