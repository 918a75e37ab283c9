"""What ``xproject generate`` is to write: a YAML file of items, and the values of their slots.

The file::

    task: Utterances that people say to a voice assistant.
    lang: es
    items:
      - labels: {intent: set_alarm}
        slots:
          time: [las siete, medianoche]             # values of the utterance's language
          day: {gazetteer: days.txt}                # one value a line
          city: {values: [London], translate: true} # translated first (needs ``from``)
        examples: [Despiértame a las seis.]
        count: 10
      - labels: {intent: book}
        count: 5
        turns:                                      # an outline of a dialogue
          - {speaker: user, act: asks for a table, slots: {time: [las ocho]}}
          - {speaker: system, act: confirms}

An item with ``meaning`` (any text, e.g. a meaning representation) shows it to the model; what is
checked are its ``slots``. Each row draws one value for every slot.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from projector.errors import UsageError
from projector.io.yaml_files import read_yaml
from projector.json_values import JsonObject

DRAWS = 50  # tries to draw values of which none holds another
MAX_COUNT = 1_000_000  # rows of an item
MAX_GAZETTEER = 16 << 20  # bytes
MAX_VALUES = 100_000  # each text is searched for all of them


class Slot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of a slot: in the file, from a gazetteer, kept as they are or translated."""

    values: list[str] = []
    gazetteer: str = ""
    translate: bool = False


class TurnPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A turn of a dialogue's outline."""

    speaker: str = ""
    act: str = ""
    slots: dict[str, list[str] | Slot] = field(default_factory=dict)


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of utterance or dialogue, and how many of it are wanted."""

    count: Annotated[int, Meta(ge=1, le=MAX_COUNT)]
    labels: JsonObject = field(default_factory=dict)
    meaning: str = ""
    slots: dict[str, list[str] | Slot] = field(default_factory=dict)
    turns: list[TurnPlan] = []
    examples: list[str] = []


class TranslatorChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who translates the values of slots with ``translate``."""

    engine: str = "apertium"
    model: str = ""
    options: JsonObject = field(default_factory=dict)


class Specification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See the module's docstring."""

    task: str
    lang: str
    items: Annotated[list[Item], Meta(min_length=1)]
    source: str = field(default="", name="from")
    translator: TranslatorChoice = TranslatorChoice()
    seed: int = 0


class Turn(Struct, frozen=True):
    """A turn to be written: who speaks, what it does, and the values that must stand in it."""

    speaker: str
    act: str
    slots: list[tuple[str, str]]


class Row(Struct, frozen=True):
    """One utterance (a single turn) or dialogue to be written.

    Attributes:
        item: number of its item; draw: which of the item's rows this is.
        others: (slot, value) of the item's and its neighbours' known values that were not drawn.
    """

    item: int
    draw: int
    turns: list[Turn]
    others: list[tuple[str, str]]


def read_specification(path: str | Path) -> Specification:
    """A specification from its file, gazetteers read into ``values``.

    Raises:
        UsageError: it cannot be read, a slot has no values, or there are too many.
    """
    found = read_yaml(path, Specification, "a specification")
    items = []
    for n, item in enumerate(found.items):
        where = f"{path}: items[{n}]"
        if item.slots and item.turns:
            raise UsageError(f"{where}: found slots beside turns, wanted them inside the turns")
        turns = item.turns or [TurnPlan(slots=item.slots)]
        read = [
            TurnPlan(speaker=t.speaker, act=t.act, slots={
                name: _read_slot(slot, f"{where}: slot {name!r}", Path(path).parent, found.source)
                for name, slot in t.slots.items()
            })
            for t in turns
        ]  # fmt: skip
        items.append(
            Item(count=item.count, labels=item.labels, meaning=item.meaning, turns=read,
                 examples=item.examples)
        )  # fmt: skip
    made = Specification(
        task=found.task, lang=found.lang, items=items, source=found.source,
        translator=found.translator, seed=found.seed,
    )  # fmt: skip
    if (values := len(known_values(made))) > MAX_VALUES:
        raise UsageError(f"{path}: found {values:,} values, wanted {MAX_VALUES:,} at most")
    return made


def _read_slot(slot: list[str] | Slot, where: str, folder: Path, source: str) -> Slot:
    if isinstance(slot, list):
        slot = Slot(values=slot)
    values = list(slot.values)
    if slot.gazetteer:
        values += _lines_of(folder / slot.gazetteer, where)
    values = list(dict.fromkeys(" ".join(value.split()) for value in values if value.strip()))
    if not values:
        raise UsageError(f"{where}: found no values, wanted some (values or gazetteer)")
    if slot.translate and not source:
        raise UsageError(f"{where}: found translate, wanted the values' language as 'from'")
    return Slot(values=values, gazetteer=slot.gazetteer, translate=slot.translate)


def _lines_of(gazetteer: Path, where: str) -> list[str]:
    try:
        with open(gazetteer, "rb") as stream:
            data = stream.read(MAX_GAZETTEER + 1)
        if len(data) > MAX_GAZETTEER:
            raise ValueError(f"more than {MAX_GAZETTEER:,} bytes")
        return data.decode("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"{where}: the gazetteer cannot be read ({error})") from error


def gazetteers(specification: Specification, path: str | Path) -> list[str]:
    """The files that a specification names, which is itself the file ``path``."""
    return [
        str(Path(path).parent / slot.gazetteer)
        for item in specification.items
        for turn in item.turns
        for slot in turn.slots.values()
        if isinstance(slot, Slot) and slot.gazetteer
    ]


Translate = Callable[[Sequence[str]], list[str]]


def translated_values(specification: Specification, translate: Translate) -> Specification:
    """The specification with the values of its ``translate`` slots in the target language.

    Raises:
        UsageError: a value that the translator gives nothing for.
    """
    wanted = [
        value
        for item in specification.items
        for turn in item.turns
        for slot in turn.slots.values()
        if isinstance(slot, Slot) and slot.translate
        for value in slot.values
    ]
    wanted = list(dict.fromkeys(wanted))
    if not wanted:
        return specification
    table = dict(zip(wanted, translate(wanted), strict=True))
    for value, made in table.items():
        if not made.strip():
            raise UsageError(f"the value {value!r} could not be translated; give it yourself")

    def changed(slot: list[str] | Slot) -> list[str] | Slot:
        if isinstance(slot, Slot) and slot.translate:
            return Slot(values=list(dict.fromkeys(table[value].strip() for value in slot.values)))
        return slot

    items = [
        Item(count=item.count, labels=item.labels, meaning=item.meaning, examples=item.examples,
             turns=[TurnPlan(speaker=t.speaker, act=t.act,
                             slots={name: changed(slot) for name, slot in t.slots.items()})
                    for t in item.turns])
        for item in specification.items
    ]  # fmt: skip
    return Specification(task=specification.task, lang=specification.lang, items=items,
                         seed=specification.seed)  # fmt: skip


Known = list[tuple[str, str]]  # (slot, value), sorted


def known_values(specification: Specification) -> Known:
    """The values of all slots of all items."""
    found = {
        (name, value)
        for item in specification.items
        for turn in item.turns
        for name, slot in turn.slots.items()
        for value in _values(slot)
    }
    return sorted(found)


def draw(specification: Specification, item: int, number: int, known: Known | None = None) -> Row:
    """The ``number``-th row of an item: one value for each slot, by the seed.

    Args:
        known: what `known_values` gives, where it is at hand.

    Raises:
        UsageError: slots whose values always hold one another, so that none could be told apart.
    """
    plan = specification.items[item]
    rng = random.Random(f"{specification.seed}/{item}/{number}")
    for _ in range(DRAWS):
        turns = [
            Turn(turn.speaker, turn.act, [(name, rng.choice(_values(slot)))
                                          for name, slot in turn.slots.items()])
            for turn in plan.turns
        ]  # fmt: skip
        if all(_apart([value for _, value in turn.slots]) for turn in turns):
            break
    else:
        raise UsageError(f"items[{item}]: the values of its slots hold one another")
    drawn = {value.casefold() for turn in turns for _, value in turn.slots}
    known = known_values(specification) if known is None else known
    others = [entry for entry in known if entry[1].casefold() not in drawn]
    return Row(item, number, turns, others)


def _values(slot: list[str] | Slot) -> list[str]:
    return slot.values if isinstance(slot, Slot) else slot


def _apart(values: Sequence[str]) -> bool:
    folded = [value.casefold() for value in values]
    return not any(a in b for n, a in enumerate(folded) for m, b in enumerate(folded) if n != m)
