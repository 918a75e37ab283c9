"""A record's own questions in the other language: entities kept, and chrF against human ones.

    python tests/benchmarks/xquad_questions.py --data ../shared/data --lang es --translator apertium
    python tests/benchmarks/xquad_questions.py --data ../shared/data --lang de --translator ""
    python tests/benchmarks/xquad_questions.py --data ../shared/data --lang pt --translator firefox

XQuAD's English questions (24 articles) are translated for its human Spanish or German contexts,
aligned by ``hmm`` with ``bitext/``, plainly and under lexical constraints. Printed: the share of
the constraints that stand in the translation, and chrF (sacrebleu) against XQuAD's human questions.
"By clause" is another question, made by the rules from the same answer: its row is counted on the
answers that the rules can ask for, beside the plain translation of the human question there.
For a language that XQuAD lacks (pt) the questions are the rules' own, from ``bitext/``, and instead
of chrF against a person's the chrF of the translation back against the English question is printed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import sacrebleu
from questions import aligned, bitext_pairs

from projector.alignment.stage import AlignOptions, AlignStage
from projector.pipeline.in_memory import apply
from projector.qa.asking import PlannedQuestion, given_questions
from projector.qa.english.parsing import analyser
from projector.qa.stage import QaOptions, QaStage
from projector.qa.translating import QuestionTranslator
from projector.qa.wordings import Places, constraints
from projector.records import Document, Pair, Question, Span
from projector.translation.base import Constraint

BITEXT_PAIRS = 4006


def xquad_pairs(data: Path, lang: str) -> Iterator[tuple[Pair, dict[str, str]]]:
    """Paragraphs with their English questions, the target side bare; and its human questions."""
    folder = data / "xquad"
    sides = [json.loads((folder / f"xquad.{x}.first24.json").read_text()) for x in ("en", lang)]
    for a, (english, other) in enumerate(zip(*(s["data"] for s in sides), strict=True)):
        paragraphs = zip(english["paragraphs"], other["paragraphs"], strict=True)
        for p, (source, target) in enumerate(paragraphs):
            name, spans, questions = f"x{a}-{p}", [], []
            for q in source["qas"]:
                answer = q["answers"][0]
                start = answer["answer_start"]
                spans.append(Span(q["id"], start, start + len(answer["text"]), "answer"))
                questions.append(Question(q["id"], q["question"], "en", [q["id"]]))
            yield (
                Pair(
                    name,
                    Document(name, source["context"], "en", spans=spans, questions=questions),
                    Document(name, target["context"], lang),
                ),
                {q["id"]: q["question"] for q in target["qas"]},
            )


class Asked:
    """Questions of one language pair with their constraints."""

    def __init__(
        self, pairs: list[Pair], plans: list[list[PlannedQuestion]], places: Sequence[Places]
    ) -> None:
        self.rows = [
            (pair, p, constraints(p, pair.target.text, pair.target.lang, found))
            for pair, plan, found in zip(pairs, plans, places, strict=True)
            for p in plan
        ]
        self.texts = [str(p.asked.text) for _, p, _ in self.rows]
        self.wanted = [wanted for *_, wanted in self.rows]

    def translated(
        self, translator: QuestionTranslator, lang: str, constrain: bool
    ) -> tuple[list[str], str]:
        """Translations, and how many constraints stand in them."""
        wanted: list[list[Constraint]] = self.wanted if constrain else [[] for _ in self.texts]
        done = translator.translate(self.texts, "en", lang, wanted)
        assert done is not None, translator.reasons
        texts = [one.text for one in done]
        kept = [
            any(w.casefold() in text.casefold() for w in c.wanted)
            for text, row in zip(texts, self.wanted, strict=True)
            for c in row
        ]
        return texts, f"entities kept {sum(kept)} of {len(kept)} ({sum(kept) / len(kept):.1%})"


def chrf(texts: Sequence[str], references: Sequence[str]) -> float:
    """Corpus chrF."""
    return float(sacrebleu.corpus_chrf(list(texts), [list(references)]).score)


def of_xquad(data: Path, lang: str, translator: str) -> None:
    """XQuAD's questions against its human ones."""
    read = list(xquad_pairs(data, lang))
    human = {name: text for _, texts in read for name, text in texts.items()}
    learnt = list(bitext_pairs(data, lang))[:BITEXT_PAIRS]
    done = apply([AlignStage(AlignOptions(engine="hmm"))], [*(p for p, _ in read), *learnt])
    pairs = [p for p in done[: len(read)] if isinstance(p, Pair)]
    stage = QaStage(QaOptions(generator="given", translator="", min_quality=0.0))
    plans = given_questions(pairs, analyser("auto"))
    asked = Asked(pairs, plans, stage.places(pairs, plans))
    references = [human[str(p.given.id)] for _, p, _ in asked.rows if p.given is not None]
    plain: dict[str, str] = {}
    if translator:
        engine = QuestionTranslator(translator, "", {})
        for constrain in (False, True):
            texts, kept = asked.translated(engine, lang, constrain)
            how = "under constraints" if constrain else "plain"
            print(f"en-{lang} {translator}, {how}: {kept}, chrF {chrf(texts, references):.1f}")
            if not constrain:
                names = [str(p.given.id) for _, p, _ in asked.rows if p.given is not None]
                plain = dict(zip(names, texts, strict=True))
    clauses = by_clause(pairs)
    names = sorted(clauses)
    line = f"chrF {chrf([clauses[n] for n in names], [human[n] for n in names]):.1f}"
    if plain:
        line += f"; plain {chrf([plain[n] for n in names], [human[n] for n in names]):.1f}"
    print(f"en-{lang} clause: {len(names)} of {len(human)} answers, {line}")


def by_clause(pairs: list[Pair]) -> dict[str, str]:
    """The clause's question for each answer that the rules can ask for, by question id."""
    options = QaOptions(questions="clause", answers="phrases", min_quality=0.0, max_questions=1000)
    bare = [
        Pair(
            p.id, Document(p.id, p.source.text, "en", tokens=p.source.tokens), p.target,
            alignment=p.alignment,
        )
        for p in pairs
    ]  # fmt: skip
    found: dict[str, str] = {}
    for pair, made in zip(pairs, apply([QaStage(options)], bare), strict=True):
        assert isinstance(made, Pair)
        spans, texts = made.source.span_by_id(), {q.id: q.text for q in made.target.questions}
        asked = {
            (spans[q.answers[0]].start, spans[q.answers[0]].end): texts.get(f"{q.id}-{q_lang}")
            for q in made.source.questions
            if q.lang == "en" and q.answers
            for q_lang in (pair.target.lang,)
        }
        for span in pair.source.spans:
            text = asked.get((span.start, span.end))
            if text:
                found[span.id] = text
    return found


def of_bitext(data: Path, lang: str, translator: str, cache: Path, count: int) -> None:
    """Questions of the rules, translated and translated back."""
    pairs = aligned(data, lang, cache)[:count]
    stage = QaStage(QaOptions(translator="", questions="clause"))
    assert stage.asker is not None
    plans = stage.asker.ask(pairs)
    asked = Asked(pairs, plans, stage.places(pairs, plans))
    engine = QuestionTranslator(translator, "", {})
    for constrain in (False, True):
        texts, kept = asked.translated(engine, lang, constrain)
        returned = engine.returned(list(zip(asked.texts, texts, strict=True)), "en", lang)
        known = [r for r in returned if r is not None]
        how = "under constraints" if constrain else "plain"
        mean = 100 * sum(known) / len(known)
        print(
            f"en-{lang} {translator}, {how}: {len(texts)} questions, {kept}, back chrF {mean:.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lang", default="es")
    parser.add_argument("--translator", default="apertium")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/xproject-questions"))
    parser.add_argument("--pairs", type=int, default=1000, help="of bitext, without XQuAD")
    given = parser.parse_args()
    if (given.data / "xquad" / f"xquad.{given.lang}.first24.json").exists():
        of_xquad(given.data, given.lang, given.translator)
    else:
        of_bitext(given.data, given.lang, given.translator, given.cache, given.pairs)


if __name__ == "__main__":
    main()
