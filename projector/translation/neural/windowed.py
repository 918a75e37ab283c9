"""Around a neural translation model: what must never reach it, and what it must get in parts.

Shared by `hf` and `ctranslate2`, between the `Translator` protocol and the model's batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from projector.translation.base import Constraint, Translation
from projector.translation.constraints import check_one_for_each
from projector.translation.neural.long_sentences import parts_that_fit


class Piece(Struct):
    """A sentence, or a part of one that was too long, on its way through the model."""

    text: str
    ids: list[int]
    constraints: tuple[tuple[str, ...], ...] = ()


def finish(
    text: str, score: float, finished: bool, tokens: int, met: list[bool] | None = None
) -> Translation:
    """A translation, or the reason why there is none."""
    if not finished:
        return Translation(
            "",
            error=f"the translation had not ended after {tokens} tokens (repetition?)",
            constraints_met=[False] * len(met) if met is not None else None,
        )
    return Translation(text, score=round(score, 6), constraints_met=met)


def translate_pieces(
    sentences: Sequence[str],
    constraints: Sequence[Sequence[Constraint]] | None,
    encoded: Callable[[list[str]], list[list[int]]],
    run: Callable[[list[Piece]], list[Translation]],
    *,
    window: int,
    long: str,
    glue: str,
) -> list[Translation]:
    """What `hf` and `ctranslate2` share around the model.

    Blank sentences never reach it, equal ones reach it once, too long ones in parts whose
    translations are joined by ``glue``.
    """
    check_one_for_each(constraints, sentences)
    wanted = [tuple(tuple(c.wanted) for c in row) for row in constraints or [()] * len(sentences)]
    given = constraints or [()] * len(sentences)
    rows = encoded(list(sentences))
    results: list[Translation | None] = [None] * len(sentences)
    pieces: dict[tuple[str, tuple[tuple[str, ...], ...]], Piece] = {}
    parts: dict[int, list[tuple[Piece, list[int]]]] = {}
    for n, (text, ids) in enumerate(zip(sentences, rows, strict=True)):
        if not text.strip():
            results[n] = Translation("", constraints_met=_none_met(given[n], constraints))
        elif len(ids) <= window:
            key = (text, wanted[n])
            piece = pieces.setdefault(key, Piece(text, ids, wanted[n]))
            parts[n] = [(piece, list(range(len(wanted[n]))))]
        else:
            stretches = None
            if long == "split":
                stretches = parts_that_fit(text, lambda part: len(encoded([part])[0]) <= window)
            if stretches is None:
                results[n] = Translation(
                    "",
                    error=f"the sentence has {len(ids)} tokens, the model takes {window}",
                    constraints_met=_none_met(given[n], constraints),
                )
                continue
            parts[n] = []
            for m, (start, end) in enumerate(stretches):
                # A constraint belongs to the part where its source phrase starts.
                places = [
                    place for place, c in enumerate(given[n])
                    if start <= c.start < end or (m == 0 and not 0 <= c.start < len(text))
                ]  # fmt: skip
                part, own = text[start:end], tuple(wanted[n][place] for place in places)
                piece = pieces.setdefault((part, own), Piece(part, encoded([part])[0], own))
                parts[n].append((piece, places))
    order = list(pieces.values())
    done = dict(zip(map(id, order), run(order) if order else [], strict=True))
    for n, mine in parts.items():
        translated = [(done[id(piece)], places) for piece, places in mine]
        weights = [len(piece.ids) for piece, _ in mine]
        results[n] = _joined(translated, weights, given[n], constraints, glue)
    return [result for result in results if result is not None]


def _none_met(row: Sequence[Constraint], asked: object) -> list[bool] | None:
    return [False] * len(row) if asked is not None else None


def _joined(
    parts: list[tuple[Translation, list[int]]],
    weights: list[int],
    row: Sequence[Constraint],
    asked: object,
    glue: str,
) -> Translation:
    failed = next((part for part, _ in parts if part.error), None)
    if failed is not None:
        return Translation("", error=failed.error, constraints_met=_none_met(row, asked))
    met: list[bool] | None = None
    if asked is not None:
        met = [False] * len(row)
        for part, places in parts:
            for place, holds in zip(places, part.constraints_met or [], strict=False):
                met[place] = holds
    if len(parts) == 1:
        return structs.replace(parts[0][0], constraints_met=met)
    scores = [(part.score, w) for (part, _), w in zip(parts, weights, strict=True)]
    total = sum(w for s, w in scores if s is not None)
    mean = sum(s * w for s, w in scores if s is not None) / total if total else None
    return Translation(
        glue.join(part.text for part, _ in parts if part.text),
        score=round(mean, 6) if mean is not None else None,
        constraints_met=met,
    )
