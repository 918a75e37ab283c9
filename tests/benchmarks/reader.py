"""Does it train: a small extractive reader on generated examples, scored on XQuAD.

    python tests/benchmarks/reader.py --data ../shared/data --lang es --translator apertium

The reader is a log-linear model over candidate spans (at most ten tokens of one sentence): overlap
of question and sentence, nearness of the question's words, sentence vectors, and the question's
opening words with the span's shape and the mean of its word vectors (multilingual universal
sentence encoder, so that English examples count for other languages). It runs on two cores in
minutes; it is no rival to a neural reader, and shows only whether one set of examples teaches more
than another.

Trained on ``bitext/en-LANG`` (aligned by ``hmm``), each question with its sentence and three
neighbours as the context: the target questions of ``xproject qa`` from the clause; the same English
questions translated by the translator; English questions and contexts alone; English and target
together. Scored on XQuAD's human questions and contexts (24 articles): exact match and F1 after
SQuAD's normalisation; bootstrap intervals of 95 %.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from questions import aligned
from scipy.optimize import minimize

from projector.models.vectors.usem3 import Usem3Vectors
from projector.pipeline.in_memory import apply
from projector.qa.stage import QaOptions, QaStage
from projector.records import Pair
from projector.text.sentences import split_sentences
from projector.text.tokens import tokenize

Floats = npt.NDArray[np.float32]
LONGEST_ANSWER, NEIGHBOURS, NEGATIVES = 10, 3, 60
KINDS, MEANINGS = 10, 16  # dimensions kept of openings and of span vectors
PENALTY, BOOTSTRAPS = 1.0, 1000
OPENING = 3  # words of a question that say what kind of thing it asks for


class Item(NamedTuple):
    """A question with its context; ``answers`` are stretches of the context."""

    question: str
    context: str
    lang: str
    answers: list[tuple[int, int]]


def generated(pairs: Sequence[Pair], options: QaOptions, side: str, wanted: str) -> list[Item]:
    """Examples of the stage: questions in the language ``wanted`` on one ``side``."""
    done = [p for p in apply([QaStage(options)], list(pairs)) if isinstance(p, Pair)]
    texts = [p.source.text if side == "source" else p.target.text for p in done]
    found = []
    for n, pair in enumerate(done):
        document = pair.source if side == "source" else pair.target
        spans = document.span_by_id()
        rng = random.Random(n)
        near = [k for k in range(n - NEIGHBOURS, n + NEIGHBOURS + 1) if 0 <= k < len(texts)]
        others = [texts[k] for k in rng.sample([k for k in near if k != n], NEIGHBOURS)]
        at = rng.randrange(NEIGHBOURS + 1)
        before = "".join(text + " " for text in others[:at])
        context = before + document.text + "".join(" " + text for text in others[at:])
        for q in document.questions:
            if q.lang == wanted and q.answers:
                span = spans[q.answers[0]]
                answer = (len(before) + span.start, len(before) + span.end)
                found.append(Item(q.text, context, document.lang, [answer]))
    return found


def xquad(data: Path, lang: str) -> list[Item]:
    """Human questions and answers."""
    found = []
    text = (data / "xquad" / f"xquad.{lang}.first24.json").read_text(encoding="utf-8")
    for article in json.loads(text)["data"]:
        for paragraph in article["paragraphs"]:
            for q in paragraph["qas"]:
                answers = [
                    (a["answer_start"], a["answer_start"] + len(a["text"])) for a in q["answers"]
                ]
                found.append(Item(q["question"], paragraph["context"], lang, answers))
    return found


class Vectors:
    """Unit vectors of texts, each computed once."""

    def __init__(self) -> None:
        self._encoder = Usem3Vectors()
        self._known: dict[str, Floats] = {}

    def learn(self, texts: set[str]) -> None:
        """Compute what is not known yet."""
        new = sorted(texts - self._known.keys())
        for at in range(0, len(new), 2000):
            part = new[at : at + 2000]
            self._known.update(zip(part, self._encoder.encode(part, "en"), strict=True))

    def __getitem__(self, text: str) -> Floats:
        return self._known[text]


class Spans:
    """Candidate spans of one item with their features, before any weights."""

    def __init__(self, item: Item, vectors: Vectors) -> None:
        self.item = item
        tokens = tokenize(item.context, item.lang)
        words = [item.context[a:b] for a, b in tokens]
        stems = [_stem(w) for w in words]
        sentences = split_sentences(item.context, item.lang)
        asked = {_stem(w) for w in re.findall(r"\w+", item.question)[1:]}
        weight = {s: 1.0 / (1 + stems.count(s)) for s in asked}
        total = sum(weight.values()) or 1.0
        hit = np.array([weight.get(s, 0.0) if s in asked else 0.0 for s in stems], np.float32)
        whole = vectors[item.question]
        self.offsets: list[tuple[int, int]] = []
        rows: list[list[float]] = []
        means: list[Floats] = []
        for start, end in sentences:
            inside = [n for n, (a, b) in enumerate(tokens) if start <= a and b <= end]
            if not inside:
                continue
            common = sum({stems[n]: float(hit[n]) for n in inside}.values()) / total
            alike = float(whole @ vectors[item.context[start:end]])
            for n in inside:
                if not words[n][0].isalnum():
                    continue
                vector = np.zeros_like(whole)
                for m in range(n, min(n + LONGEST_ANSWER, inside[-1] + 1)):
                    vector = vector + vectors[words[m]]
                    if not words[m][-1].isalnum() and words[m] != "%":
                        continue
                    near = float(hit[max(inside[0], n - 6) : m + 7].sum()) / total
                    own = float(hit[n : m + 1].sum()) / total
                    close = float(hit[max(inside[0], n - 2) : n].sum() + hit[m + 1 : m + 3].sum())
                    rows.append(
                        [
                            common,
                            alike,
                            near - own,
                            own,
                            close / total,
                            *_shape(words, n, m, inside),
                        ]
                    )
                    means.append(vector / np.linalg.norm(vector))
                    self.offsets.append((tokens[n][0], tokens[m][1]))
        self.plain = np.array(rows, np.float32)
        self.means = np.array(means, np.float32)


def _stem(word: str) -> str:
    return word.lower()[:5]


def _shape(words: Sequence[str], n: int, m: int, inside: Sequence[int]) -> list[float]:
    span = words[n : m + 1]
    length = m - n + 1
    before = words[n - 1] if n > inside[0] else ""
    after = words[m + 1] if m < inside[-1] else ""
    return [
        1.0, float(length == 1), float(length == 2), length / 5, float(length > 5),
        float(any(c.isdigit() for c in "".join(span))), float(span[0][0].isdigit()),
        float(span[0][0].isupper() and n != inside[0]), float(span[-1][0].isupper()),
        float(all(w[0].isupper() for w in span)), float(len(span[0]) <= 3 and span[0].islower()),
        float(len(span[-1]) <= 3 and span[-1].islower()), float(any(w in ",;:()" for w in span)),
        float(before in ("", ",", "(", '"')), float(len(before) <= 3 and before.isalpha()),
        float(after in ("", ",", ".", ")", ";", '"')), float(len(after) <= 3 and after.isalpha()),
    ]  # fmt: skip


class Axes(NamedTuple):
    """Principal directions of openings and of spans' mean vectors, of the training set."""

    kinds_mean: Floats
    kinds: Floats
    meanings: Floats


def opening(question: str) -> str:
    """The first words of a question."""
    return " ".join(question.strip("¿").split()[:OPENING])


def principal(rows: Floats, count: int) -> tuple[Floats, Floats]:
    """Mean, and the first principal directions as columns."""
    mean = rows.mean(axis=0)
    _, _, found = np.linalg.svd(rows - mean, full_matrices=False)
    return mean, found[:count].T


def features(spans: Spans, vectors: Vectors, axes: Axes, chosen: Sequence[int]) -> Floats:
    """The features of some of an item's spans."""
    kind = (vectors[opening(spans.item.question)] - axes.kinds_mean) @ axes.kinds
    kind = np.concatenate([[1.0], 3 * kind]).astype(np.float32)
    plain = spans.plain[list(chosen)]
    meant = 2 * (spans.means[list(chosen)] @ axes.meanings)
    inner = np.concatenate([plain[:, 5:], meant], axis=1)
    crossed = (inner[:, :, None] * kind[None, None, :]).reshape(len(plain), -1)
    return np.concatenate([5 * plain[:, :5], crossed], axis=1)


def train(items: Sequence[Item], vectors: Vectors) -> tuple[npt.NDArray[np.float64], Axes]:
    """Weights by maximum likelihood of the right span among it and some others."""
    learn(items, vectors)
    read = [Spans(item, vectors) for item in items]
    openings = np.array([vectors[opening(i.question)] for i in items], np.float32)
    right = [_best(s) for s in read]
    meant = np.array([s.means[r] for s, r in zip(read, right, strict=True) if r >= 0], np.float32)
    kinds_mean, kinds = principal(openings, KINDS)
    axes = Axes(kinds_mean, kinds, principal(meant, MEANINGS)[1])
    blocks = []
    for n, (spans, answer) in enumerate(zip(read, right, strict=True)):
        if answer < 0:
            continue
        others = [k for k in range(len(spans.offsets)) if k != answer]
        some = random.Random(n).sample(others, min(NEGATIVES, len(others)))
        blocks.append(features(spans, vectors, axes, [answer, *some]))
    rows = np.concatenate(blocks)
    bounds = np.cumsum([0, *(len(b) for b in blocks)])
    first = bounds[:-1]

    def loss(w: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = rows @ w.astype(np.float32)
        top = np.maximum.reduceat(scores, first)
        sizes = np.diff(bounds)
        powers = np.exp(scores - np.repeat(top, sizes))
        sums = np.add.reduceat(powers, first)
        value = float((top + np.log(sums) - scores[first]).sum() + 0.5 * PENALTY * (w @ w))
        share = powers / np.repeat(sums, sizes)
        share[first] -= 1
        return value, (rows.T @ share).astype(np.float64) + PENALTY * w

    start = np.zeros(rows.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return found.x, axes


def _best(spans: Spans) -> int:
    """The span that is an answer, or -1."""
    wanted = set(spans.item.answers)
    return next((n for n, offsets in enumerate(spans.offsets) if offsets in wanted), -1)


def learn(items: Sequence[Item], vectors: Vectors) -> None:
    """The vectors of all that the features of these items need."""
    texts: set[str] = set()
    for item in items:
        texts |= {item.question, opening(item.question)}
        texts |= {item.context[a:b] for a, b in split_sentences(item.context, item.lang)}
        texts |= {item.context[a:b] for a, b in tokenize(item.context, item.lang)}
    vectors.learn(texts)


def normalised(text: str) -> list[str]:
    """Words as SQuAD compares them: no case, no punctuation, no articles."""
    kept = "".join(" " if c in string.punctuation + "¿¡«»„“”" else c for c in text.lower())
    articles = {"the", "a", "an", "el", "la", "los", "las", "un", "una", "der", "die", "das"}
    return [w for w in kept.split() if w not in articles]


def compared(found: str, wanted: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 with the best of the wanted answers."""
    best = (0.0, 0.0)
    for answer in wanted:
        one, other = normalised(found), normalised(answer)
        common = (Counter(one) & Counter(other)).total()
        f1 = 2 * common / (len(one) + len(other)) if common else 0.0
        best = max(best, (float(one == other), f1))
    return best


def score(
    weights: npt.NDArray[np.float64], axes: Axes, read: Sequence[Spans], vectors: Vectors
) -> npt.NDArray[np.float64]:
    """Exact match and F1 of each item in percent."""
    rows = []
    for spans in read:
        scores = features(spans, vectors, axes, range(len(spans.offsets))) @ weights
        a, b = spans.offsets[int(np.argmax(scores))]
        context = spans.item.context
        rows.append(compared(context[a:b], [context[x:y] for x, y in spans.item.answers]))
    return 100 * np.array(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lang", default="es")
    parser.add_argument("--translator", default="apertium", help='"" where none serves the pair')
    parser.add_argument("--cache", type=Path, default=Path("/tmp/xproject-questions"))
    parser.add_argument("--pairs", type=int, default=4006)
    parser.add_argument("--min-quality", type=float, default=QaOptions().min_quality)
    given = parser.parse_args()
    pairs = aligned(given.data, given.lang, given.cache)[: given.pairs]
    clause = QaOptions(questions="clause", min_quality=given.min_quality)
    sets = {"generated": generated(pairs, clause, "target", given.lang)}
    if given.translator:
        translate = QaOptions(
            questions="translate", translator=given.translator, min_quality=given.min_quality
        )
        sets["translated"] = generated(pairs, translate, "target", given.lang)
    sets["English"] = generated(pairs, clause, "source", "en")
    crossed = generated(pairs, clause, "target", "en")
    sets["English + generated"] = [*sets["English"], *sets["generated"]]
    sets["four directions"] = [
        *sets["English + generated"], *crossed, *generated(pairs, clause, "source", given.lang),
    ]  # fmt: skip
    if given.translator:
        sets["English + translated"] = [*sets["English"], *sets["translated"]]
        size = min(len(sets["generated"]), len(sets["translated"]), len(sets["English"]))
        for name in ("generated", "translated", "English"):
            sets[f"{name}, {size}"] = random.Random(1).sample(sets[name], size)
    vectors = Vectors()
    gold = xquad(given.data, given.lang)
    learn(gold, vectors)
    read = [Spans(item, vectors) for item in gold]
    print(f"XQuAD {given.lang}: {len(gold)} questions; training sets of en-{given.lang}")
    for name, items in sets.items():
        found = score(*train(items, vectors), read, vectors)
        rng = np.random.default_rng(1)
        draws = [
            found[rng.integers(0, len(found), len(found))].mean(axis=0) for _ in range(BOOTSTRAPS)
        ]
        low, high = np.percentile(np.array(draws)[:, 1], [2.5, 97.5])
        exact, f1 = found.mean(axis=0)
        print(
            f"{name:24s} {len(items):6d} examples  exact {exact:4.1f}  "
            f"F1 {f1:4.1f} ({low:.1f}-{high:.1f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
