"""Where the question rules get their English analysis from.

``spacy:MODEL`` parses with a spaCy pipeline (a package or a folder on this machine), ``apertium``
takes Apertium's analyser without a parse, ``auto`` an installed English pipeline that parses and
Apertium otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

from msgspec import Struct

from projector.annotation.spacy import load_pipeline
from projector.errors import EngineError, UsageError, first_line
from projector.qa.english.analysis import Word, analyse, word_of_tags
from projector.qa.english.syntax import Token, Tree

KINDS = ("auto", "apertium", "spacy", "spacy:MODEL")
BATCH = 128


class Analysed(Struct, frozen=True):
    """What is known of one sentence; ``tree`` is None where nothing parsed it."""

    words: list[Word]
    tree: Tree | None = None


class Analyser(Protocol):
    """English sentences in, their analyses out, in order."""

    name: str

    def analyse(self, sentences: Sequence[str]) -> list[Analysed]:
        """One analysis for each sentence.

        Raises:
            EngineError: what analyses is missing or failed.
        """


class ApertiumAnalyser:
    """Words with lemma and part of speech by Apertium, no tree."""

    name = "apertium"

    def analyse(self, sentences: Sequence[str]) -> list[Analysed]:
        """Words of each sentence."""
        return [Analysed(words) for words in analyse(sentences)]


class SpacyAnalyser:
    """Trees and entities by a spaCy pipeline; ``model`` "" takes an installed English one.

    Raises:
        EngineError: spaCy or the pipeline is missing, or it does not parse.
    """

    def __init__(self, model: str = "") -> None:
        self.name = f"spacy:{model}" if model else "spacy"
        self._pipeline = load_pipeline(model or installed_parser(), "en")
        if "parser" not in self._pipeline.pipe_names:
            raise EngineError(
                f"analysis: the spaCy pipeline {model or 'en'!r} has no parser; name one that "
                "has (python -m spacy download en_core_web_sm), or take --analysis apertium"
            )

    def analyse(self, sentences: Sequence[str]) -> list[Analysed]:
        """Words and tree of each sentence."""
        try:
            outputs = list(self._pipeline.pipe(sentences, batch_size=BATCH))
        except ValueError as error:
            raise EngineError(f"spacy: the pipeline failed: {first_line(error)}") from error
        found = []
        for sentence, output in zip(sentences, outputs, strict=True):
            # White-space tokens carry nothing: what hangs on them is told to hang above.
            kept = [t for t in output if not t.is_space]
            number = {t.i: n for n, t in enumerate(kept)}
            tokens = []
            for token in kept:
                head = token.head
                while head.is_space and head.head.i != head.i:
                    head = head.head
                tokens.append(
                    Token(
                        token.text, token.idx, token.idx + len(token.text), token.lemma_,
                        token.pos_, token.tag_, token.dep_,
                        number.get(head.i, number[token.i]), token.ent_type_,
                    )
                )  # fmt: skip
            words = [word_of_tags(t.text, t.start, t.end, t.pos, t.tag, t.lemma) for t in tokens]
            found.append(Analysed(words, Tree(sentence, tokens)))
        return found


def installed_parser() -> str:
    """An English spaCy pipeline on this machine, or ""; spaCy's own packages come first."""
    if find_spec("spacy") is None:
        return ""
    from spacy.util import get_installed_models

    from projector.annotation.spacy import installed

    # Re-uploads of the pipelines by others carry the same name with an ending.
    others = sorted(m for m in get_installed_models() if re.match(r"en_core_web_(lg|md|sm)", m))
    return installed("en") or (others[0] if others else "")


def analyser(choice: str) -> Analyser:
    """The analyser that a user named; see the module's docstring.

    Raises:
        UsageError: no such choice.
        EngineError: it is not installed.
    """
    kind, _, model = choice.partition(":")
    if choice == "auto":
        return SpacyAnalyser() if installed_parser() else ApertiumAnalyser()
    if choice == "apertium":
        return ApertiumAnalyser()
    if kind == "spacy":
        return SpacyAnalyser(model)
    raise UsageError(f"analysis: found {choice!r}, wanted one of {', '.join(KINDS)}")
