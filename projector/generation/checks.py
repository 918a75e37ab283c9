"""What a generated utterance must keep to, looked at without trust in the model.

Every value of its slots stands in it, once, in the words that were asked for; no other known
value does; there is no markup; it is in the right language; it is no copy of an example, and not
nearly the same as one or as what was accepted before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from projector.generation.specification import Row, Turn
from projector.records import Document, Offsets, Span
from projector.text.quotations import quoted_places

MARKUP = re.compile(r"[\[\]{}<>|]|```|\*\*")
LONGEST = 1000  # characters of a turn
GRAM = 3  # letters of the stretches by which utterances are compared


def turn_faults(text: str, turn: Turn, row: Row, lang: str) -> list[str]:
    """What is wrong with the text of one turn; [] if it keeps to its slots."""
    if not text.strip():
        return ["it is empty"]
    if len(text) > LONGEST:
        return [f"it is longer than {LONGEST} characters"]
    faults = []
    if (found := MARKUP.search(text)) is not None:
        faults.append(f"it has markup ({found.group()})")
    taken: list[Offsets] = []
    for name, value in turn.slots:
        places = _exact_places(value, text, lang)
        taken += places
        if not places:
            faults.append(f"the {name} {value!r} does not stand in it, word for word")
        elif len(places) > 1:
            faults.append(f"the {name} {value!r} stands in it {len(places)} times, not once")
    for name, value in row.others:
        for a, b in quoted_places(value, text, lang):
            if not any(c <= a and b <= d for c, d in taken):
                faults.append(f"it also holds {value!r}, a {name} that was not asked for")
                break
    return faults


def _exact_places(value: str, text: str, lang: str) -> list[Offsets]:
    """Where the value stands letter for letter; any case only at the beginning of the text."""
    places = quoted_places(value, text, lang)
    return [(a, b) for a, b in places if text[a:b] == value or (a == 0 and text[1:b] == value[1:])]


def document_of(texts: Sequence[str], row: Row, lang: str, labels: dict[str, object]) -> Document:
    """The record of texts without faults: a span for every slot; a dialogue's turns are lines."""
    spans: list[Span] = []
    turns: list[dict[str, object]] = []
    at = 0
    for text, turn in zip(texts, row.turns, strict=True):
        for name, value in turn.slots:
            ((a, b),) = _exact_places(value, text, lang)
            spans.append(Span(f"s{len(spans)}", at + a, at + b, name))
        turns.append({"speaker": turn.speaker, "act": turn.act, "start": at, "end": at + len(text)})
        at += len(text) + 1
    meta: dict[str, object] = {"turns": turns} if len(turns) > 1 or turns[0]["speaker"] else {}
    return Document(
        f"{row.item}-{row.draw}",
        "\n".join(texts),
        lang,
        spans=sorted(spans, key=lambda span: (span.start, span.end)),
        labels=labels,
        meta=meta,
    )


class Seen:
    """Texts that a new one must differ from: an item's examples and accepted rows.

    Likeness is the share of letter trigrams in common (Jaccard); texts that could not reach the
    limit for their number of trigrams are not compared.
    """

    def __init__(self, limit: float, examples: Sequence[str] = ()) -> None:
        self.limit = limit
        self._texts: list[tuple[str, frozenset[str]]] = []
        for text in examples:
            self.add(text)

    def add(self, text: str) -> None:
        """Remember a text."""
        self._texts.append((text, _grams(text)))

    def fault(self, text: str) -> str:
        """``""``, or which earlier text this one is too like."""
        grams = _grams(text)
        for other, theirs in self._texts:
            few, many = sorted((len(grams), len(theirs)))
            if many and few / many >= self.limit:
                common = len(grams & theirs)
                if common / (few + many - common) >= self.limit:
                    return f"it is too like {other!r}"
        return ""


def _grams(text: str) -> frozenset[str]:
    plain = " " + " ".join(re.findall(r"\w+", text.casefold())) + " "
    return frozenset(plain[n : n + GRAM] for n in range(max(1, len(plain) - GRAM + 1)))
