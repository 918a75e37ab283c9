"""Entities that a question shares with its context: names and numbers that stand in both."""

from __future__ import annotations

import re

from projector.qa.english.analysis import Word
from projector.qa.english.answers import is_date_word
from projector.records import Span

_CAPITALISED = re.compile(r"[^\W\d_][\w.’'&-]*|\d[\d.,]*")


def mentions(
    question: str, sentence: str, words: list[Word], offset: int
) -> list[tuple[int, int, Span]]:
    """Stretches of the question that copy a name or number of the sentence, longest first.

    Args:
        question: its text; its first word (the wh-word) is never a mention.
        sentence: the sentence that it was made from.
        words: the sentence's analysis; without one, capitalised words and numbers are taken.
        offset: the sentence's start in the context.

    Returns:
        ``(start, end, span)``: character offsets in the question, and the place in the context.
        They do not overlap and come in the question's order.
    """
    runs = _runs_of(words) if words else _runs_without_analysis(sentence)
    found: list[tuple[int, int, Span]] = []
    for start, end in sorted(runs, key=lambda r: r[0] - r[1]):
        surface = sentence[start:end]
        match = re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", question)
        if match is None or match.start() == 0:
            continue
        if any(match.start() < b and a < match.end() for a, b, _ in found):
            continue
        span = Span(f"m{start}", offset + start, offset + end, "mention")
        found.append((match.start(), match.end(), span))
    return sorted(found, key=lambda f: f[0])


def _runs_of(words: list[Word]) -> list[tuple[int, int]]:
    """Runs of names, with numbers in or at the end of them, and numbers alone."""
    runs: list[list[Word]] = []
    for word in words:
        if word.pos in ("name", "num") and any(c.isalnum() for c in word.text):
            near = bool(runs) and word.start - runs[-1][-1].end <= 1
            last = runs[-1][-1] if near else word
            dated = any(is_date_word(w) and w.pos == "name" for w in (word, last))
            if near and (dated or (word.pos == "name") == (last.pos == "name")):
                runs[-1].append(word)
            else:
                runs.append([word])
    return [(run[0].start, run[-1].end) for run in runs]


def _runs_without_analysis(sentence: str) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for match in _CAPITALISED.finditer(sentence):
        if not (match[0][0].isupper() or match[0][0].isdigit()) or match.start() == 0:
            continue
        if runs and match.start() - runs[-1][1] == 1 and sentence[runs[-1][1]] == " ":
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append((match.start(), match.end()))
    return runs
