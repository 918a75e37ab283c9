"""Speed of the translation engines, side by side in one run, on a model of Marian-base's shape.

    python tests/benchmarks/translate_speed.py [--sentences 48] [--beams 1 4] [--threads 1]

Rows: a plain loop of ``model.generate`` (one sentence at a time, what a script would do), `hf`,
`ctranslate2` in float32 and int8. Weights are random and every translation is made to be 40 tokens
long, so all do equal work. Then the pipeline around the model (records, sentence splitting,
files: all but the decoder's own time) and the cache (first and second run). Ratios are of
processor seconds where other jobs share the machine, wall seconds are printed beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import base_model

TOKENS = 40


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def engines(folder: str, count: int, beams: list[int], threads: int) -> None:
    import torch

    from projector.translation.neural.ctranslate2 import CTranslate2Translator
    from projector.translation.neural.hf import HuggingFaceTranslator

    torch.set_num_threads(threads)
    texts = base_model.sentences(count, seed=1)
    warm = base_model.sentences(2, seed=2)
    print(f"{count} sentences of 5 to 40 words, {TOKENS} target tokens each, {threads} thread(s)")
    print(f"{'':24}{'beam':>5}{'wall s':>9}{'cpu s':>9}{'sent/s':>9}{'x loop':>9}{'x hf':>9}")
    for beam in beams:
        hf = HuggingFaceTranslator(folder, beam=beam, max_ratio=0)
        model = hf.seq2seq

        @torch.inference_mode()
        def loop(beam: int = beam, model: object = model) -> None:
            for text in texts:
                batch = model.tokenizer([text], return_tensors="pt")
                model.model.generate(
                    **batch, num_beams=beam, max_new_tokens=TOKENS, max_length=None, do_sample=False
                )

        rows = [("loop of generate", loop), ("hf", lambda hf=hf: hf.translate(texts, "en", "es"))]
        hf.translate(warm, "en", "es")
        for precision in ("float32", "int8"):
            ct2 = CTranslate2Translator(
                folder, beam=beam, max_ratio=0, precision=precision, threads=threads
            )
            ct2.translate(warm, "en", "es")
            rows.append((f"ctranslate2 {precision}", lambda e=ct2: e.translate(texts, "en", "es")))
        found = {name: timed(work) for name, work in rows}
        for name, (wall, cpu) in found.items():
            print(
                f"{name:24}{beam:5}{wall:9.1f}{cpu:9.1f}{count / cpu:9.2f}"
                f"{found['loop of generate'][1] / cpu:9.2f}{found['hf'][1] / cpu:9.2f}"
            )


def around(folder: str, count: int, threads: int) -> None:
    """What the pipeline costs besides the model, and what the cache saves."""
    import torch

    from projector.models import decoding
    from projector.pipeline.recipe import single
    from projector.pipeline.run.runner import run
    from projector.translation.neural.hf import HuggingFaceTranslator

    torch.set_num_threads(threads)
    # Imports and first uses are start-up, paid once; they are told apart.
    start = timed(lambda: HuggingFaceTranslator(folder, beam=1).translate(["a b ."], "en", "es"))
    load = timed(lambda: HuggingFaceTranslator(folder, threads=threads).seq2seq)[1]
    inside = [0.0]
    original = decoding.search

    def measured(*args: object) -> object:
        start = time.process_time()
        try:
            return original(*args)
        finally:
            inside[0] += time.process_time() - start

    # An end token after 40: unfinished translations would be rejected, so they are let through.
    def ended(*args: object) -> list[decoding.Output]:
        return [decoding.Output(o.ids, o.score, True) for o in measured(*args)]

    decoding.search = ended
    with tempfile.TemporaryDirectory() as scratch:
        texts = base_model.sentences(count, seed=3)
        source = Path(scratch, "in.jsonl")
        source.write_text(
            "".join(
                json.dumps({"id": str(n), "lang": "en", "text": " ".join(texts[n : n + 3])}) + "\n"
                for n in range(0, count, 3)
            )
        )
        stage = {
            "to": "es", "from": "en", "engine": "hf", "model": folder, "cache": str(Path(scratch, "cache")),
            "options": {"beam": 1, "max_ratio": 0, "threads": threads},
        }  # fmt: skip
        seconds = []
        for number in (1, 2):
            recipe = single(
                "translate",
                stage,
                input=str(source),
                output=str(Path(scratch, f"out{number}.jsonl")),
            )
            seconds.append(timed(lambda recipe=recipe: run(recipe)))
            if number == 1:
                first_inside = inside[0]
        same = Path(scratch, "out1.jsonl").read_bytes() == Path(scratch, "out2.jsonl").read_bytes()
        (wall1, cpu1), (wall2, cpu2) = seconds
        outside = cpu1 - first_inside - load
    decoding.search = original
    print(f"\nxproject translate over {count} sentences, beam 1, one process")
    print(f"start-up (imports, first use) {start[1]:.2f} s cpu, not in what follows")
    print(
        f"first run   {wall1:8.2f} s wall {cpu1:8.2f} s cpu, of which the model {first_inside:.2f}, its loading {load:.2f}"
    )
    print(
        f"around the model (records, sentences, tokenising, cache, files): {outside:.2f} s = {100 * outside / cpu1:.1f} %"
    )
    print(
        f"second run  {wall2:8.2f} s wall {cpu2:8.2f} s cpu: {cpu1 / cpu2:.0f} times faster (wall {wall1 / wall2:.0f}), same bytes: {same}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=48)
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pipeline-sentences", type=int, default=300)
    parser.add_argument("--model-dir", type=Path, default=Path(".cache/marian-base"))
    options = parser.parse_args()
    folder = base_model.make(options.model_dir)
    if options.sentences:
        engines(folder, options.sentences, options.beams, options.threads)
    if options.pipeline_sentences:
        around(folder, options.pipeline_sentences, options.threads)


if __name__ == "__main__":
    main()
