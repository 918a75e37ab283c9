"""PAXQA without a model: how many examples a parallel corpus gives, and what constraints keep.

    python tests/benchmarks/qa.py --data ../shared/data [--show 50]

Part 1: ``bitext/en-es.tsv.gz`` aligned by ``hmm``, questions by ``rules``, translated by Apertium.
Part 2: XQuAD's English questions translated to Spanish with and without lexical constraints: the
share of the entities shared with the context that stand in the translated question as they stand
in the (human) Spanish context.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from projector.alignment.stage import AlignOptions, AlignStage
from projector.pipeline.in_memory import apply
from projector.qa.asking import given_questions
from projector.qa.stage import QaOptions, QaStage
from projector.records import Document, Pair, Question, Record, Span


def bitext_pairs(data: Path) -> Iterator[Pair]:
    with gzip.open(data / "bitext" / "en-es.tsv.gz", "rt", encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            source, target = line.rstrip("\n").split("\t")[:2]
            if source.strip() and target.strip():
                name = f"b{n}"
                yield Pair(name, Document(name, source, "en"), Document(name, target, "es"))


def xquad_pairs(data: Path) -> Iterator[Pair]:
    """Paragraphs of XQuAD with the English questions; the Spanish side without its gold."""
    folder = data / "xquad"
    sides = [json.loads((folder / f"xquad.{x}.first24.json").read_text()) for x in ("en", "es")]
    for a, (english, spanish) in enumerate(zip(*(s["data"] for s in sides), strict=True)):
        paragraphs = zip(english["paragraphs"], spanish["paragraphs"], strict=True)
        for p, (source, target) in enumerate(paragraphs):
            name, spans, questions = f"x{a}-{p}", [], []
            for q in source["qas"]:
                answer = q["answers"][0]
                start = answer["answer_start"]
                spans.append(Span(q["id"], start, start + len(answer["text"]), "answer"))
                questions.append(Question(q["id"], q["question"], "en", [q["id"]]))
            yield Pair(
                name,
                Document(name, source["context"], "en", spans=spans, questions=questions),
                Document(name, target["context"], "es"),
            )


def part_one(data: Path, show: int) -> None:
    started = time.time()
    aligned = apply([AlignStage(AlignOptions(engine="hmm"))], bitext_pairs(data))
    at = time.time()
    stage = QaStage(QaOptions())
    done = apply([stage], aligned)
    print(f"pairs {len(done)}, align {at - started:.0f} s, qa {time.time() - at:.0f} s")
    directions: Counter[str] = Counter()
    wanted = met = 0
    rows = []
    for pair in done:
        assert isinstance(pair, Pair)
        for doc in (pair.source, pair.target):
            spans = doc.span_by_id()
            for question in doc.questions:
                directions[f"question {question.lang}, context {doc.lang}"] += 1
                wanted += question.meta.get("constraints", 0)
                met += question.meta.get("constraints_met", 0)
                if doc is pair.target and question.lang == "es":
                    rows.append((pair, question, spans[question.answers[0]]))
    for direction, count in sorted(directions.items()):
        print(f"{count:6d}  {direction}")
    print(f"{sum(directions.values()):6d}  examples; constraints met {met} of {wanted}")
    random.seed(1)
    for pair, question, answer in random.sample(rows, min(show, len(rows))):
        english = next(q for q in pair.source.questions if q.id == question.id.rsplit("-", 1)[0])
        source = pair.source.span_by_id()[english.answers[0]]
        print(f"\nEN {english.text}  = {source.surface(pair.source.text)}")
        print(f"ES {question.text}  = {answer.surface(pair.target.text)}  ({answer.score:.2f})")
        print(f"   {pair.source.text}\n   {pair.target.text}")


def part_two(data: Path) -> None:
    aligned = apply([AlignStage(AlignOptions(engine="hmm"))], xquad_pairs(data))
    kept: dict[bool, list[int]] = {True: [], False: []}
    projected = QaStage(QaOptions(generator="given"))
    pairs: list[Record] = list(aligned)
    plans = given_questions([p for p in pairs if isinstance(p, Pair)])
    for constrain in (False, True):
        stage = QaStage(QaOptions(generator="given", constrain=constrain))
        for pair, plan in zip(apply([stage], pairs), plans, strict=True):
            assert isinstance(pair, Pair)
            texts = {q.id: q.text for q in pair.target.questions if q.lang == "es"}
            places = projected.places([msgspec.structs.replace(pair)], [plan])[0]
            for p in plan:
                assert p.given is not None
                for _, _, span in p.shared:
                    place = places[span.start, span.end]
                    if place.pieces is None or len(place.pieces) != 1:
                        continue
                    a, b = place.pieces[0]
                    text = texts.get(f"{p.given.id}-es", "")
                    kept[constrain].append(pair.target.text[a:b].lower() in text.lower())
    for constrain, found in kept.items():
        how = "with constraints" if constrain else "without constraints"
        print(f"XQuAD en-es, {how}: {sum(found)} of {len(found)} ({sum(found) / len(found):.1%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0, help="print so many examples to read")
    given = parser.parse_args()
    part_one(given.data, given.show)
    part_two(given.data)


if __name__ == "__main__":
    main()
