"""Our constrained beam search against transformers 4's own, same model, same constraints.

    python tests/benchmarks/constrained_speed.py --old-python /tmp/tf4-venv/bin/python

The other environment needs ``torch transformers==4.55.4`` (the last line with constrained beam
search built in). Both sides get the same token ids, one thread, batches of 32 and as many beams.
transformers takes one set of constraints for a whole batch, so every batch has one set here too.
Two models that have learnt a toy language, since sentences that never end would tell nothing about
when a search stops: the tests' own, and a wider one with 32,000 tokens, whose steps cost more. Two
limits of new tokens: a tight one (the translations have about 13 tokens), and the one the engine
`hf` would set. Seconds are processor seconds of each side's own process, model loading left out.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

# Runs under transformers 4; reads a task as JSON, writes ids and seconds as JSON.
OLD_SIDE = """
import json, sys, time, torch
torch.set_num_threads(1)
from transformers import MarianMTModel
task = json.load(open(sys.argv[1]))
model = MarianMTModel.from_pretrained(task["folder"]).eval()
model.generation_config.bad_words_ids = [[model.config.pad_token_id]]
done, seconds, wall = [], 0.0, 0.0
for batch in task["batches"]:
    longest = max(map(len, batch["rows"]))
    pad = model.config.pad_token_id
    ids = torch.tensor([r + [pad] * (longest - len(r)) for r in batch["rows"]])
    start, clock = time.process_time(), time.perf_counter()
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids, attention_mask=(ids != pad).long(), num_beams=task["beam"],
            max_new_tokens=task["limit"], do_sample=False,
            force_words_ids=[c[0] if len(c) == 1 else c for c in batch["constraints"]],
        )
    seconds += time.process_time() - start
    wall += time.perf_counter() - clock
    done += out[:, 1:].tolist()
json.dump({"ids": done, "cpu": seconds, "wall": wall}, open(sys.argv[2], "w"))
"""


def batches(
    model: Any, plan: Any, texts: list[str], targets: list[str], size: int, seed: int
) -> list[dict[str, Any]]:
    """Rows and one set of constraints (one to three phrases of one to three tokens) a batch."""
    from projector.models.families import encode, encode_target

    rng = random.Random(seed)
    rows = encode(model.tokenizer, plan, texts)
    given = encode_target(model.tokenizer, plan, targets)
    found = []
    for start in range(0, len(rows), size):
        constraints = []
        while len(constraints) < 1 + (start // size) % 3:
            target = rng.choice(given)
            at = rng.randrange(len(target) - 1)
            constraints.append([target[at : at + rng.randint(1, 3)]])
        found.append({"rows": rows[start : start + size], "constraints": constraints})
    return found


def holds(ids: list[int], phrase: list[int]) -> bool:
    return any(ids[n : n + len(phrase)] == phrase for n in range(len(ids) - len(phrase) + 1))


def share_met(outputs: list[list[int]], work: list[dict[str, Any]], ends: list[int]) -> float:
    """The share of constraints that stand in the output, token for token."""
    met, every, at = 0, 0, 0
    for batch in work:
        for _ in batch["rows"]:
            ids = outputs[at]
            ids = ids[: next((n for n, t in enumerate(ids) if t in ends), len(ids))]
            at += 1
            for constraint in batch["constraints"]:
                every += 1
                met += any(holds(ids, phrase) for phrase in constraint)
    return met / every


def compare(name: str, folder: str, work: list[dict[str, Any]], model: Any, plan: Any, beam: int,
            limit: int, old_python: str) -> None:  # fmt: skip
    import torch

    from projector.models.decoding import Decoding
    from projector.models.huggingface_constraints import constrained_translations

    torch.set_num_threads(1)
    count = sum(len(batch["rows"]) for batch in work)
    ours: list[list[int]] = []
    cpu = wall = 0.0
    for batch in work:
        start, clock = time.process_time(), time.perf_counter()
        out = constrained_translations(
            model, batch["rows"], [batch["constraints"]] * len(batch["rows"]), plan,
            Decoding(beam=beam), [limit] * len(batch["rows"]),
        )  # fmt: skip
        cpu += time.process_time() - start
        wall += time.perf_counter() - clock
        ours += [output.ids for output in out]
    lines = [("ours", count / cpu, count / wall, share_met(ours, work, model.eos_ids))]
    if old_python:
        with tempfile.TemporaryDirectory() as scratch:
            task, answer = Path(scratch, "task.json"), Path(scratch, "answer.json")
            task.write_text(json.dumps(
                {"folder": folder, "batches": work, "beam": beam, "limit": limit}
            ))  # fmt: skip
            subprocess.run([old_python, "-c", OLD_SIDE, str(task), str(answer)], check=True)
            old = json.loads(answer.read_text())
        lines.append((
            "transformers 4", count / old["cpu"], count / old["wall"], share_met(old["ids"], work, model.eos_ids)
        ))  # fmt: skip
    print(
        f"\n{name}: {count} sentences, batches of {len(work[0]['rows'])}, beam {beam}, limit {limit}"
    )
    print(f"{'':18}{'sent/cpu s':>12}{'sent/wall s':>13}{'met':>9}")
    for who, fast, slow, met in lines:
        print(f"{who:18}{fast:12.2f}{slow:13.2f}{100 * met:8.1f}%")
    if len(lines) == 2:
        print(f"ratio: {lines[0][1] / lines[1][1]:.2f} (wall {lines[0][2] / lines[1][2]:.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--old-python", default="", help="python of an environment with transformers 4"
    )
    parser.add_argument("--beam", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--toy-sentences", type=int, default=384)
    parser.add_argument("--wide-sentences", type=int, default=96)
    parser.add_argument("--limits", type=int, nargs="+", default=[30, 80], help="most new tokens")
    options = parser.parse_args()
    import neural_models

    from projector.models.families import plan
    from projector.models.seq2seq import Seq2Seq

    cases = [
        ("toy translator", neural_models.toy_translator, options.toy_sentences),
        ("wider translator, 32,000 tokens", neural_models.wide_translator, options.wide_sentences),
    ]
    for name, make, count in cases:
        if not count:
            continue
        folder = make()
        model = Seq2Seq(folder, "cpu", threads=1)
        the_plan = plan(model.config, model.tokenizer, "en", "es", model=name)
        corpus = neural_models.toy_corpus(count, seed=8)
        work = batches(
            model, the_plan, [s for s, _ in corpus], [t for _, t in corpus], options.batch, 1
        )
        for limit in options.limits:
            compare(name, folder, work, model, the_plan, options.beam, limit, options.old_python)


if __name__ == "__main__":
    main()
