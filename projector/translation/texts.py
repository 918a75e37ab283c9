"""Texts through a sentence translator and back: split, look each sentence up once, put together.

The white space between sentences stays what it was, so paragraphs and empty lines survive;
links and segments come back as offsets into the two whole texts. Blocks of code and displayed
formulas stay between the sentences as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field

from projector.records import Offsets, Segment
from projector.text.segmenters import SPACELESS
from projector.text.sentences import split_sentences
from projector.translation import shielded
from projector.translation.base import Constraint, Keeps, TextLink, Translation, Translator
from projector.translation.constraints import Wanted, in_sentences
from projector.translation.quality_estimate import estimate
from projector.translation.running_text import in_the_text, rows_as_written
from projector.translation.verbatim import blocks, inline, outside

Key = tuple[str, tuple[tuple[tuple[str, ...], int, int], ...]]


class Text(Struct, frozen=True):
    """One text to translate, already cut into sentences."""

    text: str
    sentences: list[Offsets]
    constraints: list[list[tuple[int, Constraint]]]
    wanted: int = 0  # constraints given for the whole text, names not counted
    names: list[str] = field(default_factory=list)  # what must stand in the translation as it is

    def keys(self) -> list[Key]:
        """What each sentence is looked up by: its words and its constraints."""
        return [
            (
                self.text[a:b],
                tuple((tuple(c.wanted), c.start, c.end) for _, c in self.constraints[n]),
            )
            for n, (a, b) in enumerate(self.sentences)
        ]


class Translated(Struct, frozen=True):
    """A translated text; ``error`` is set if one of its sentences could not be translated.

    ``links`` (None if the engine gives none) and ``segments`` are offsets into source and target
    text. ``constraints_met`` has one truth value for each constraint given.
    """

    text: str
    segments: list[Segment] = field(default_factory=list)
    links: list[TextLink] | None = None
    constraints_met: list[bool] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    quality: float | None = None
    error: str | None = None


def prepare(
    text: str,
    lang: str,
    constraints: Sequence[Wanted] = (),
    knows: Callable[[str], bool] | None = None,
    names: Sequence[Wanted] = (),
) -> Text:
    """A text cut into sentences, with its constraints in the sentences that they fall in.

    Args:
        names: constraints of names that are kept (`names`); where they overlap with others, the
            others hold.
        knows: says whether the engine takes the text as it is (a bitext may hold paragraphs).
    """
    if knows is not None and knows(text):
        start = len(text) - len(text.lstrip())
        sentences = [(start, len(text.rstrip()))]
    else:
        sentences = [
            (start + a, start + b)
            for start, end in outside(text, blocks(text))
            for a, b in split_sentences(text[start:end], lang)
        ]
        for (a, b), _ in inline(text):  # a full stop inside code ends no sentence
            if any(map(str.isspace, text[a:b])):
                sentences = _joined(sentences, a, b)
    asked = [*constraints, *names]
    for constraint in asked:  # a phrase that is to stay whole is not cut by the splitter
        if constraint.start >= 0:
            sentences = _joined(sentences, constraint.start, constraint.end)
    rows = in_sentences(asked, text, sentences)
    kept = [c.wanted[0] for row in rows for place, c in row if place >= len(constraints)]
    return Text(text, sentences, rows, len(constraints), kept)


def _joined(sentences: list[Offsets], a: int, b: int) -> list[Offsets]:
    first = next((n for n, (_, end) in enumerate(sentences) if a < end), None)
    last = next((n for n, (start, _) in reversed(list(enumerate(sentences))) if start < b), None)
    if first is None or last is None or first >= last:
        return sentences
    whole = (sentences[first][0], sentences[last][1])
    return [*sentences[:first], whole, *sentences[last + 1 :]]


def translate_keys(
    keys: Iterable[Key],
    translator: Translator,
    source: str,
    target: str,
    keeps: Keeps = "seldom",
) -> dict[Key, Translation]:
    """Each different sentence once through the engine, in the order in which they came.

    Code, formulas, placeholders and tags come through untouched; ``keeps`` is what the engine says
    of itself there (`KeepsVerbatim`). English in a treebank's spacing is shown to the engine as it
    is written (`running_text`).
    """
    order = list(dict.fromkeys(keys))
    if not order:
        return {}
    constraints = None
    if any(wanted for _, wanted in order):
        constraints = [[Constraint(list(w), a, b) for w, a, b in wanted] for _, wanted in order]
    texts, rows, views = rows_as_written(
        translator, [text for text, _ in order], source, constraints
    )
    done = shielded.translate(translator, texts, source, target, rows, keeps)
    return dict(zip(order, map(in_the_text, done, views), strict=True))


def put_together(text: Text, translations: Sequence[Translation], target: str) -> Translated:
    """The translation of a whole text from those of its sentences."""
    failed = next((t.error for t in translations if t.error), None)
    if failed is not None:
        return Translated("", error=failed)
    pieces: list[str] = []
    segments: list[Segment] = []
    links: list[TextLink] | None = []
    met = [False] * text.wanted
    length = at = 0
    for n, ((a, b), done) in enumerate(zip(text.sentences, translations, strict=True)):
        gap = _gap(text.text[at:a], first=n == 0, target=target)
        pieces += [gap, done.text]
        start = length + len(gap)
        length = start + len(done.text)
        segments.append(Segment(a, b, start, length))
        at = b
        if done.links is None:
            links = None
        elif links is not None:
            links += [
                ((s + a, e + a), (c + start, d + start), p) for (s, e), (c, d), p in done.links
            ]
        for (place, _), holds in zip(text.constraints[n], done.constraints_met or (), strict=False):
            if place < text.wanted:
                met[place] = met[place] or holds
    pieces.append(text.text[at:])
    scores = [t.score for t in translations if t.score is not None]
    return Translated("".join(pieces), segments, links, met, scores, _quality(text, translations))


def _quality(text: Text, translations: Sequence[Translation]) -> float | None:
    """The mean estimate of the sentences, by their length; None if one has none."""
    total = weight = 0.0
    for (a, b), done in zip(text.sentences, translations, strict=True):
        if not text.text[a:b].strip():
            continue
        found = estimate(text.text[a:b], done)
        if found is None:
            return None
        total += found * (b - a)
        weight += b - a
    return round(total / weight, 4) if weight else None


def _gap(space: str, *, first: bool, target: str) -> str:
    """What stands before a sentence: white space as the target's script has it, or a block."""
    if first or "\n" in space or space.strip():
        return space
    if target in SPACELESS:
        return ""
    return space or " "
