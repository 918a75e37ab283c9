"""A span generator trained as docs/finetune.md has it serves `candidates`: from export to spans."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.io.jsonl import read_records, write_records
from projector.records import Document, Pair, Span

pytest.importorskip("transformers", reason="needs the extra 'neural'")
pytestmark = [pytest.mark.neural, pytest.mark.slow]

DOCS = Path(__file__).parents[3] / "docs" / "finetune.md"
NAMES = "Ana Eva Otto Karl Rosa Hugo Lena Igor".split()
PLACES = "Roma Lima Oslo Quito Paris Riga Baku Cairo".split()
SLOTS = ["<PER>", "</PER>", "<LOC>", "</LOC>", "[None]"]


def sentence(draw: random.Random) -> tuple[str, str, str]:
    """A text with a name and a place in either order, and the two."""
    name, place = draw.choice(NAMES), draw.choice(PLACES)
    text = f"{name} ve {place} ." if draw.random() < 0.5 else f"en {place} compra {name} ."
    return text, name, place


def document(number: int, draw: random.Random) -> Document:
    text, name, place = sentence(draw)
    spans = [
        Span(label, text.index(word), text.index(word) + len(word), label)
        for label, word in (("PER", name), ("LOC", place))
    ]
    return Document(f"d{number}", text, "es", spans=spans)


def tiny_t5(folder: Path) -> Path:
    """A T5 of two layers with random weights, whose vocabulary has the toy words and the slots."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    torch.manual_seed(5)
    words = sorted({*NAMES, *PLACES, "ve", "en", "compra", "."})
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(word, -3.0) for word in (*SLOTS, *words)] + [(f"▁{w}", -2.5) for w in words]
    pieces += [(c, -9.0) for c in sorted({c for word in (*SLOTS, *words) for c in word})]
    pieces += [(f"▁{slot}", -2.5) for slot in SLOTS]
    tokenizer = T5Tokenizer(vocab=list(dict(pieces).items()), extra_ids=0, model_max_length=64)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, dropout_rate=0.0,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the page's script trains, and the last line that it prints."""
    folder = tmp_path_factory.mktemp("spans")
    draw = random.Random(3)
    for name, count in (("train", 400), ("dev", 30)):
        gold = folder / f"{name}.gold.jsonl"
        write_records((document(n, draw) for n in range(count)), gold)
        out = str(folder / f"{name}.jsonl")
        assert main(["export", str(gold), "--to", "t-projection", "-o", out]) == 0
    page = DOCS.read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(# finetune_spans\.py\n.*?)```", page, re.DOTALL)
    (folder / "finetune_spans.py").write_text(script, encoding="utf-8")
    words = [sys.executable, "finetune_spans.py", str(tiny_t5(folder / "start"))]
    done = subprocess.run(
        [*words, "train.jsonl", "dev.jsonl", "out", "12", "5e-3", "16"], cwd=folder,
        capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout.splitlines()[-1]


def test_the_script_of_the_page_trains_it(trained) -> None:
    match = re.fullmatch(r"epoch 12: loss [\d.]+, all slots right on dev ([\d.]+) %", trained[1])
    assert match is not None and float(match[1]) > 90


def test_the_trained_folder_proposes_the_spans(trained) -> None:
    from projector.projection.candidates.span_generator import SpanGenerator

    generator = SpanGenerator(str(trained[0]), hypotheses=2, device="cpu")
    draw = random.Random(11)
    right = 0
    for number in range(20):
        text, name, place = sentence(draw)
        source = Document("s", "x y", "en", spans=[Span("a", 0, 1, "PER"), Span("b", 2, 3, "LOC")])
        (found,) = generator.candidates([Pair(str(number), source, Document("t", text, "es"))])
        right += found.get("PER", [""])[0] == name and found.get("LOC", [""])[0] == place
    generator.close()
    assert right >= 17


def pair_of(draw: random.Random) -> tuple[Pair, str, str]:
    """An English sentence of the toy language with its spans, and a Spanish one without."""
    text, name, place = sentence(draw)
    english = f"{name} sees {place} ."
    spans = [
        Span(label, english.index(word), english.index(word) + len(word), label)
        for label, word in (("PER", name), ("LOC", place))
    ]
    tokens = [(m.start(), m.end()) for m in re.finditer(r"\S+", english)]
    found = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    source = Document("p", english, "en", tokens=tokens, spans=spans)
    return Pair("p", source, Document("p", text, "es", tokens=found)), name, place


def test_what_it_proposes_are_the_candidates_that_are_scored(trained) -> None:
    from projector.projection.candidates.projector import CandidateProjector
    from tests.neural_models import toy_translator

    projector = CandidateProjector(toy_translator(), generator=str(trained[0]), hypotheses=1)
    pair, name, place = pair_of(random.Random(2))
    assert projector.generator is not None
    (proposed,) = projector.generator.candidates([pair])
    assert proposed == {"PER": [name], "LOC": [place]}
    words = pair.target.words()
    assert [
        [words[w.first : w.end] for w in part.windows] for part in projector.parts(pair, proposed)
    ] == [
        [[name]],
        [[place]],
    ]
    projector.close()


def test_project_uses_it(trained, tmp_path: Path) -> None:
    from tests.neural_models import toy_translator

    pair, _, place = pair_of(random.Random(2))  # a place that the toy translator knows
    write_records([pair], tmp_path / "in.jsonl")
    words = ["project", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl")]
    words += ["--method", "candidates", "--model", toy_translator()]
    # The toy translator knows few names: what it thinks of a candidate is not asked here.
    words += ["--set", "min_similarity=1e-9"]
    assert main([*words, "--set", f"generator={trained[0]}"]) == 0
    (projected,) = read_records(tmp_path / "out.jsonl")
    assert isinstance(projected, Pair)
    surfaces = {s.label: s.surface(pair.target.text) for s in projected.target.spans}
    assert surfaces["LOC"] == place
