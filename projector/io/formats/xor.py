"""XOR-TyDi JSON Lines: a question in one language, its answer and context in another or the same.

The fields of XOR QA's training files (Asai et al. 2021, "XOR QA"): ``id``, ``question``, ``lang``
(the question's), ``answers``, ``split``; beside them ``context``, ``context_lang`` and
``answer_start``, one for each answer, which the gold-paragraph tasks of TyDi QA have. Both sides
of a pair give lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.passages import passages_and_queries
from projector.io.formats.shared.text_files import write_text
from projector.records import Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    split: the value of that field.
    crossing: only questions in another language than their context.
    """

    split: str = "train"
    crossing: bool = False


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """A line for each question and context; returns the number of lines."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for record in records:
            passages, queries = passages_and_queries([record])
            by_id = {p.id: p for p in passages}
            for query in queries:
                for name, answers in query.answers.items():
                    passage = by_id[name]
                    if options.crossing and passage.lang == query.lang:
                        continue
                    count += 1
                    row = {
                        "id": f"{query.id}@{name}",
                        "question": query.text,
                        "lang": query.lang,
                        "answers": [text for _, text in answers],
                        "split": options.split,
                        "context": passage.text,
                        "context_lang": passage.lang,
                        "answer_start": [start for start, _ in answers],
                    }
                    yield msgspec.json.encode(row).decode() + "\n"

    write_text(lines(), path, force=force)
    return count


FORMAT = Format(
    name="xor",
    summary="XOR-TyDi JSON Lines: question and context in two languages",
    options=Options,
    write=write,
    holds=frozenset({"questions", "spans"}),
    pairs=True,
)
