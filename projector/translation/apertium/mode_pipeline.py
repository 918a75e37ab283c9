"""One Apertium mode at work: sentences in, translations with links out.

Sentences that crash or block its processes are isolated: they come back with an error, and no
other sentence is lost with them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from msgspec import Struct

from projector.records import Offsets
from projector.translation.apertium.casing import (
    is_all_capitals,
    lower_same_length,
    mend_case,
    upper_same_length,
)
from projector.translation.apertium.input import Input, prepare
from projector.translation.apertium.links import symbol_links, unit_links, words_of
from projector.translation.apertium.modes import Mode, commands
from projector.translation.apertium.names import find_names, mark
from projector.translation.apertium.pipe import NullPipe
from projector.translation.apertium.spacing import mend_spacing, open_questions
from projector.translation.apertium.stream import (
    STOP,
    Item,
    Piece,
    Unit,
    escape,
    joined,
    read_items,
    read_output,
    tagged,
    units_of,
)
from projector.translation.apertium.tagger import Tagger, is_hidden_markov
from projector.translation.base import Constraint, TextLink, Translation

BATCH = 400  # sentences in the pipes at a time: bounds memory, lets the two halves overlap
_PROBE = "Xqprobe" + STOP  # a word that no dictionary has
_UNIT_PROBE = "^xqprobe/*xqprobe$[]"
_TAGGED_PROBE = "^*xqprobe$[]"


class _Generated(Struct):
    """A sentence on its way: as it came, as it went in, analysed, and what came out."""

    sentence: str
    constraints: Sequence[Constraint]
    given: Input
    text: str = ""
    capitals: bool = False
    items: list[Item] = []
    stream: str | None = None


class ModePipeline:
    """The processes of one mode, with everything around them.

    Args:
        mode: which translation.
        mend, names, timeout: see `apertium.ApertiumOptions`.
    """

    def __init__(self, mode: Mode, *, mend: bool, names: bool, timeout: float) -> None:
        self.mode = mode
        self._mend = mend
        self._names = names and mend
        analyser, rest = commands(mode.path)
        self._analyser = NullPipe([analyser], timeout, _PROBE)
        self._rest = _transfer_steps(rest, timeout)

    def close(self) -> None:
        """Stop the processes."""
        for step in (self._analyser, *self._rest):
            step.close()

    def translate(
        self, sentences: Sequence[str], constraints: Sequence[Sequence[Constraint]] | None
    ) -> list[Translation]:
        """A translation for each sentence, in order.

        Raises:
            EngineError: the pipeline does not work at all.
        """
        parts = []
        for n in range(0, len(sentences), BATCH):
            part = sentences[n : n + BATCH]
            rows = constraints[n : n + BATCH] if constraints is not None else [()] * len(part)
            parts.append((part, rows))
        done: list[Translation] = []
        # The processes work on a part while the links of the part before are made out.
        with ThreadPoolExecutor(max_workers=1) as ahead:
            waiting = deque(ahead.submit(self._generate, *part) for part in parts[:2])
            for n in range(len(parts)):
                generated = waiting.popleft().result()
                if n + 2 < len(parts):
                    waiting.append(ahead.submit(self._generate, *parts[n + 2]))
                done += [self._finish(g, asked=constraints is not None) for g in generated]
        return done

    def _generate(
        self, sentences: Sequence[str], constraints: Sequence[Sequence[Constraint]]
    ) -> list[_Generated]:
        """What the processes make of sentences, not looked at yet."""
        rows = [
            _Generated(sentence, row, prepare(sentence, row, protect=self._mend))
            for sentence, row in zip(sentences, constraints, strict=True)
        ]
        live = [row for row in rows if row.given.text]
        for row in live:
            row.text = row.given.text
            row.capitals = self._mend and is_all_capitals(row.text)
        self._lower_case([row for row in live if row.capitals])
        analysed = self._analyser.run_each([escape(row.text) + STOP for row in live])
        for row, stream in zip(live, analysed, strict=True):
            if stream is not None:
                row.items = read_items(stream)
                mark(row.items, {s.name for s in row.given.stand_ins})
                if self._names and not row.capitals:
                    row.items = find_names(row.items, self.mode.source)
                row.stream = tagged(row.items)
        for step in self._rest:
            live = [row for row in live if row.stream is not None]
            streams = step.run_each([row.stream or "" for row in live])
            for row, stream in zip(live, streams, strict=True):
                row.stream = stream
        return rows

    def _finish(self, row: _Generated, asked: bool) -> Translation:
        if not row.given.text:
            met = [False] * len(row.constraints) if asked else None
            return Translation(row.sentence, links=[], constraints_met=met)
        if row.stream is None:
            return Translation("", error="apertium died or hung over this sentence")
        units = units_of(row.items, row.text)
        translation = self._read(row.stream, units, row.given, row.text, row.capitals)
        if asked:
            translation = _with_met(translation, row.constraints)
        return _with_margins(translation, row.sentence)

    def _lower_case(self, rows: Sequence[_Generated]) -> None:
        """Texts in capitals go in in lower case, but for words only known in capitals."""
        low = [lower_same_length(row.text) for row in rows]
        streams = self._analyser.run_each([escape(text) + STOP for text in low])
        for row, text, stream in zip(rows, low, streams, strict=True):
            if stream is None:
                continue
            chars = list(text)
            for unit in units_of(read_items(stream), text):
                if not unit.known and unit.start >= 0:
                    chars[unit.start : unit.end] = row.text[unit.start : unit.end]
            row.text = "".join(chars)

    def _read(
        self, stream: str, units: list[Unit], given: Input, text: str, capitals: bool
    ) -> Translation:
        pieces = read_output(stream)
        if self._mend:
            pieces = mend_spacing(pieces, text, _adjacent(pieces, units))
            if self.mode.target == "es":
                open_questions(pieces, text)
        words = words_of(pieces, units, self.mode.target)
        target = joined(pieces)
        if self._mend:
            case = given.text if capitals else text
            target = (
                upper_same_length(target) if capitals else mend_case(target, words, units, case)
            )
        links = unit_links(words, units, text)
        links += symbol_links(_outside(units, text), words, target)
        target, links = _put_back(target, links, given)
        return Translation(
            target,
            links=sorted((given.stretch(*s), t, round(p, 4)) for s, t, p in links),
        )


def _transfer_steps(stages: list[list[str]], timeout: float) -> list[NullPipe | Tagger]:
    """The processes after the analyser, with a hidden Markov tagger among them kept apart."""
    at = next((n for n, stage in enumerate(stages) if is_hidden_markov(stage)), None)
    if at is None:
        return [NullPipe(stages, timeout, _UNIT_PROBE)]
    before, after = stages[:at], stages[at + 1 :]
    steps: list[NullPipe | Tagger] = [Tagger(stages[at], timeout)]
    if before:
        steps.insert(0, NullPipe(before, timeout, _UNIT_PROBE))
    if after:
        steps.append(NullPipe(after, timeout, _TAGGED_PROBE))
    return steps


def _adjacent(pieces: Sequence[Piece], units: Sequence[Unit]) -> list[bool]:
    """Whether the source of each piece begins where that of the piece before ends."""
    touching = [False]
    for before, piece in pairwise(pieces):
        ends = {units[n].end for n in before.ids}
        touching.append(any(units[n].start in ends for n in piece.ids))
    return touching


def _outside(units: Sequence[Unit], text: str) -> list[tuple[int, str]]:
    """Stretches of the text that no unit covers."""
    found, at = [], 0
    for unit in units:
        if unit.start > at:
            found.append((at, text[at : unit.start]))
        at = max(at, unit.end)
    return [*found, (at, text[at:])]


def _put_back(target: str, links: list[TextLink], given: Input) -> tuple[str, list[TextLink]]:
    """Replace stand-ins in the translation by what they stand for, and shift the links."""
    for stand_in in given.stand_ins:
        at = lower_same_length(target).find(stand_in.name.lower())
        while at >= 0:
            end, by = at + len(stand_in.name), len(stand_in.output) - len(stand_in.name)
            target = target[:at] + stand_in.output + target[end:]
            links = [(s, _moved(t, at, end, by), p) for s, t, p in links]
            at = lower_same_length(target).find(stand_in.name.lower(), at + len(stand_in.output))
    return target, links


def _moved(stretch: Offsets, at: int, end: int, by: int) -> Offsets:
    """A stretch of the translation after ``[at:end]`` has grown by ``by`` characters."""
    a, b = stretch
    return a if a <= at else a + by if a >= end else at, b if b <= at else max(b + by, at + 1)


def _with_met(translation: Translation, row: Sequence[Constraint]) -> Translation:
    met = [any(wanted in translation.text for wanted in c.wanted) for c in row]
    return Translation(translation.text, links=translation.links, constraints_met=met)


def _with_margins(translation: Translation, sentence: str) -> Translation:
    """White space at the sentence's edges stays there."""
    left = len(sentence) - len(sentence.lstrip())
    right = len(sentence.rstrip())
    if not left and right == len(sentence):
        return translation
    links = [(s, (c + left, d + left), p) for s, (c, d), p in translation.links or ()]
    text = sentence[:left] + translation.text + sentence[right:]
    return Translation(text, links=links, constraints_met=translation.constraints_met)
