"""Apertium with links against plain Apertium: same text, how many units linked, how much slower.

    python tests/benchmarks/apertium.py --data DIR [--sentences 1000] [--rounds 3] [--variants]

For every installed pair out of English, the English side of DIR/bitext: the share of translations
that are identical to those of plain ``apertium -u`` before anything is mended, and afterwards; the
share of lexical units with one, several and no stretch of the translation; the share of words with
a link of 0.5 or more; and the seconds of both, taken in turns. The plain pipe is the mode's own
pipeline in one run over all sentences, with a null character after each. Its stages do not all
forget the sentence before (en-gl does not), so sentences that differ are translated once more by
``apertium -u`` alone, and that decides.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import subprocess
import time
from collections import Counter
from pathlib import Path

from projector.translation.apertium.engine import ApertiumTranslator
from projector.translation.apertium.input import prepare
from projector.translation.apertium.modes import Mode, commands, installed_modes
from projector.translation.apertium.pipe import NullPipe
from projector.translation.apertium.stream import (
    STOP,
    escape,
    read_items,
    read_output,
    tagged,
    units_of,
)


def english(data: Path, count: int) -> list[str]:
    """The first sentences of the English side of the Spanish bitext."""
    with gzip.open(data / "bitext" / "en-es.tsv.gz", "rt", encoding="utf-8") as stream:
        lines = [line.partition("\t")[0] for line, _ in zip(stream, range(count), strict=False)]
    return [prepare(line, protect=False).text for line in lines]


def plain_pipe(mode: Mode, sentences: list[str]) -> list[str]:
    """The mode's own pipeline, no tags: one run for all sentences."""
    line = Path(mode.path).read_text(encoding="utf-8").strip()
    line = line.replace("$1", "-n").replace("$2", "")
    stages = [part.strip().split(" ", 1) for part in line.split("|")]
    command = " | ".join(f"{p[0]} -z {p[1] if len(p) > 1 else ''}" for p in stages)
    data = "".join(escape(s).replace("[~]", "~") + STOP + "\0" for s in sentences)
    done = subprocess.run(
        ["bash", "-c", command], input=data.encode(), capture_output=True, check=True
    )
    texts = done.stdout.decode().split("\0")[: len(sentences)]
    return ["".join(piece.text for piece in read_output(text)) for text in texts]


def one_by_one(mode: Mode, sentences: list[str]) -> list[str]:
    done = []
    for sentence in sentences:
        run = subprocess.run(
            ["apertium", "-u", mode.name], input=sentence.encode(), capture_output=True
        )
        done.append(run.stdout.decode())
    return done


def same(mine: str, other: str) -> bool:
    """Equal, white space at the edges aside."""
    return mine.strip() == other.strip()


def linked_once(mode: Mode, sentences: list[str]) -> Counter[str]:
    """Units by how many stretches of the translation carry them (from the tags alone)."""
    first, rest = commands(mode.path)
    analyser, others = NullPipe([first], 60), NullPipe(rest, 60)
    items = [read_items(s) for s in analyser.run([escape(s) + STOP for s in sentences])]
    outputs = others.run([tagged(row) for row in items])
    analyser.close()
    others.close()
    counts: Counter[str] = Counter()
    for sentence, row, output in zip(sentences, items, outputs, strict=True):
        seen = Counter(n for piece in read_output(output) for n in set(piece.ids))
        for unit in units_of(row, sentence):
            if unit.start >= 0:
                times = seen[unit.number]
                counts["none" if not times else "once" if times == 1 else "more"] += 1
    return counts


def linked_words(engine: ApertiumTranslator, sentences: list[str], mode: Mode) -> float:
    """Share of the source's words (white space between) with a link of 0.5 or more."""
    words = found = 0
    for text, done in zip(sentences, engine.translate(sentences, "en", mode.target), strict=True):
        sure = {n for (a, b), _, p in done.links or () if p >= 0.5 for n in range(a, b)}
        at = 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            words += 1
            found += any(n in sure for n in range(start, at))
    return found / words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--variants", action="store_true", help="valencia and the like, too")
    options = parser.parse_args()
    sentences = english(options.data, options.sentences)
    modes = [m for m in installed_modes().values() if m.source == "en"]
    modes = [m for m in modes if options.variants or not m.variant]
    print(f"{len(sentences)} sentences, {sum(len(s.split()) for s in sentences)} words")
    print(
        f"{'mode':16} {'same as plain %':>16} {'as run alone %':>15} {'mended, same %':>15} "
        f"{'once/more/none %':>18} {'words linked %':>15} {'plain s':>8} {'ours s':>8} {'ratio':>6}"
    )
    for mode in modes:
        raw = ApertiumTranslator(mode.name, mend=False)
        mended = ApertiumTranslator(mode.name)
        plain = plain_pipe(mode, sentences)
        ours = [t.text for t in raw.translate(sentences, "en", mode.target)]
        after = [t.text for t in mended.translate(sentences, "en", mode.target)]
        differ = [n for n, (x, y) in enumerate(zip(ours, plain, strict=True)) if not same(x, y)]
        alone = one_by_one(mode, [sentences[n] for n in differ])
        settled = sum(same(ours[n], text) for n, text in zip(differ, alone, strict=True))
        counts = linked_once(mode, sentences)
        total = sum(counts.values())
        words = linked_words(mended, sentences, mode)
        seconds: dict[str, list[float]] = {"plain": [], "ours": []}
        for _ in range(options.rounds):
            start = time.perf_counter()
            plain_pipe(mode, sentences)
            seconds["plain"].append(time.perf_counter() - start)
            mended.close()  # so that both pay for starting
            start = time.perf_counter()
            mended.translate(sentences, "en", mode.target)
            seconds["ours"].append(time.perf_counter() - start)
        a, b = (statistics.median(seconds[k]) for k in ("plain", "ours"))
        shares = "/".join(f"{100 * counts[k] / total:.1f}" for k in ("once", "more", "none"))
        kept = sum(map(same, after, plain))
        print(
            f"{mode.name:16} {100 * (1 - len(differ) / len(plain)):16.1f} "
            f"{100 * (1 - (len(differ) - settled) / len(plain)):15.1f} "
            f"{100 * kept / len(plain):15.1f} {shares:>18} {100 * words:15.1f} "
            f"{a:8.2f} {b:8.2f} {b / a:6.2f}",
            flush=True,
        )
        raw.close()
        mended.close()


if __name__ == "__main__":
    main()
