"""Passage retrieval: the folder that BEIR reads, and DPR's training file with hard negatives.

``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl`` (``_id``, ``text``) and
``qrels/SPLIT.tsv`` (Thakur et al. 2021, "BEIR"); ``dpr.SPLIT.json`` with positive and hard negative
contexts (Karpukhin et al. 2020, "Dense Passage Retrieval"). Hard negatives are the best-ranked
passages by BM25 that neither answer the query nor hold its answer. Words of another language say
nothing about a passage: there the passage that answers the query is searched with instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from projector.engines import missing_package_message
from projector.errors import EngineError
from projector.io.folders import write_folder
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.passages import Passage, Query, passages_and_queries
from projector.records import Record

_WORD = re.compile(r"\w+")


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    split: what the relevance file is called.
    negatives: hard negatives for each query and language of passages; 0 writes none (and needs no
        BM25 package).
    """

    split: str = "train"
    negatives: int = 3


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """The folder; returns the number of passages.

    Raises:
        EngineError: negatives are wanted and the BM25 package is missing.
    """
    passages, queries = passages_and_queries(records)
    negatives = _hard_negatives(passages, queries, options.negatives)
    titles = {p.id: p for p in passages}
    with write_folder(path, force=force, ours=_ours) as folder:
        corpus = ({"_id": p.id, "title": "", "text": p.text, "metadata": {"lang": p.lang}}
                  for p in passages)  # fmt: skip
        _lines(folder / "corpus.jsonl", corpus)
        _lines(
            folder / "queries.jsonl",
            ({"_id": q.id, "text": q.text, "metadata": {"lang": q.lang}} for q in queries),
        )
        (folder / "qrels").mkdir()
        rows = ["query-id\tcorpus-id\tscore"]
        rows += [f"{q.id}\t{name}\t1" for q in queries for name in q.answers]
        qrels = folder / "qrels" / f"{options.split}.tsv"
        qrels.write_text("\n".join(rows) + "\n", encoding="utf-8")
        examples = [
            {
                "dataset": "xproject",
                "question": q.text,
                "answers": sorted({text for found in q.answers.values() for _, text in found}),
                "positive_ctxs": [_context(titles[name]) for name in q.answers],
                "negative_ctxs": [],
                "hard_negative_ctxs": [_context(p) for p in worst],
            }
            for q, worst in zip(queries, negatives, strict=True)
        ]
        (folder / f"dpr.{options.split}.json").write_bytes(msgspec.json.encode(examples))
    return len(passages)


def _ours(name: str) -> bool:
    return name.endswith((".jsonl", ".tsv")) or (name.startswith("dpr.") and name.endswith(".json"))


def _lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("wb") as out:
        for row in rows:
            out.write(msgspec.json.encode(row) + b"\n")


def _context(passage: Passage) -> dict[str, str]:
    return {"title": "", "text": passage.text, "passage_id": passage.id}


def _hard_negatives(
    passages: Sequence[Passage], queries: Sequence[Query], count: int
) -> list[list[Passage]]:
    """For each query its best-ranked wrong passages, language by language."""
    if not count:
        return [[] for _ in queries]
    try:
        from rank_bm25 import BM25Plus
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message("retrieval", "rank_bm25", "format")) from error

    by_id = {p.id: p for p in passages}
    found: list[list[Passage]] = [[] for _ in queries]
    for lang in sorted({p.lang for p in passages}):
        part = [p for p in passages if p.lang == lang]
        words = [_words(p.text) for p in part]
        if not any(words):
            continue
        index = BM25Plus(words)
        for query, row in zip(queries, found, strict=True):
            text = query.text if query.lang == lang else _in_language(query, by_id, lang)
            if not text:
                continue
            scores = index.get_scores(_words(text))
            answers = {a.lower() for got in query.answers.values() for _, a in got}
            taken = 0
            asked = set(_words(text))
            for n in scores.argsort(kind="stable")[::-1][: count * 10]:
                passage = part[int(n)]
                told = passage.text.lower()
                if taken == count or not asked.intersection(words[int(n)]):
                    break
                if passage.id not in query.answers and not any(a in told for a in answers):
                    row.append(passage)
                    taken += 1
    return found


def _in_language(query: Query, by_id: dict[str, Passage], lang: str) -> str:
    """What to search with in another language: the passage that answers the query there."""
    return next((by_id[name].text for name in query.answers if by_id[name].lang == lang), "")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


FORMAT = Format(
    name="retrieval",
    summary="BEIR's corpus, queries, qrels and DPR's negatives: a folder",
    options=Options,
    write=write,
    holds=frozenset({"questions", "spans"}),
    pairs=True,
    folder=True,
)
