"""The engine `llm` against `transformers serve`, a real model behind a real server.

Needs ``pip install fastapi uvicorn openai python-multipart accelerate psutil`` beside the extras
(skipped where they are missing). The model is tiny and has learnt one answer by heart.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("httpx")
from projector.translation.llm import PROMPT, LlmTranslator
from tests import neural_models

_MISSING = [
    m for m in ("fastapi", "uvicorn", "openai", "accelerate") if not importlib.util.find_spec(m)
]
pytestmark = [
    pytest.mark.neural,
    pytest.mark.slow,
    pytest.mark.skipif(bool(_MISSING), reason=f"transformers serve lacks {', '.join(_MISSING)}"),
]

ANSWER = '{"translations": [{"id": 1, "text": "hola mundo"}]}'


def chat_model() -> str:
    """A byte-level Llama that answers whatever it is asked with `ANSWER`."""

    def make(folder: Path) -> None:
        import random

        import torch
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers
        from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

        torch.set_num_threads(1)
        torch.manual_seed(0)
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {t: n for n, t in enumerate(["<s>", "</s>", "<unk>", *alphabet])}
        backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=backend,
            bos_token="<s>",
            eos_token="</s>",
            unk_token="<unk>",
            pad_token="</s>",
        )
        tokenizer.chat_template = (
            "{% for m in messages %}{{ m['content'] }}\n{% endfor %}assistant:"
        )
        model = LlamaForCausalLM(LlamaConfig(
            vocab_size=len(vocabulary), hidden_size=96, intermediate_size=192, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=4096, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        ))  # fmt: skip
        answer = tokenizer(ANSWER)["input_ids"] + [1]
        system = PROMPT.format(source="English", target="Spanish")
        optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
        rng = random.Random(0)
        for _ in range(160):
            rows = []
            for _ in range(4):
                words = " ".join(
                    rng.choice(["good", "hello", "world", "the", "morning"]) for _ in range(3)
                )
                question = {
                    "sentences": [{"id": n + 1, "text": words} for n in range(rng.randint(1, 2))]
                }
                user = json.dumps(question, separators=(",", ":"))
                rows.append(tokenizer(f"{system}\n{user}\nassistant:")["input_ids"] + answer)
            longest = max(map(len, rows))
            ids = torch.tensor([[1] * (longest - len(r)) + r for r in rows])
            labels = torch.full_like(ids, -100)
            labels[:, -len(answer) :] = ids[:, -len(answer) :]
            loss = model(input_ids=ids, labels=labels).loss
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        model.generation_config.max_new_tokens = 80
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return neural_models.saved("chat", make)


@pytest.fixture(scope="module")
def url():
    folder = chat_model()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "transformers.cli.transformers", "serve", folder,
         "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(240):
            time.sleep(0.5)
            assert process.poll() is None, "the server has stopped"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
                break
            except OSError:
                continue
        yield f"http://127.0.0.1:{port}/v1", folder
    finally:
        process.terminate()
        process.wait(20)


def test_sentences_come_back_through_a_real_model_server(url):
    server, folder = url
    llm = LlmTranslator(
        folder, url=server, batch=1, concurrency=2, answer_format="none", max_tokens=80
    )
    llm.check("en", "es")
    out = llm.translate(["hello world", "good morning"], "en", "es")
    assert [o.text or o.error for o in out] == ["hola mundo", "hola mundo"]
    assert llm.usage.tokens_out > 0


def test_an_answer_for_one_sentence_of_two_is_not_taken_for_both(url):
    server, folder = url
    llm = LlmTranslator(folder, url=server, batch=2, answer_format="none", max_tokens=80, reasks=0)
    out = llm.translate(["hello world", "good morning"], "en", "es")
    # The model only ever answers number 1: the other is asked for alone, and then is number 1.
    assert [o.text for o in out] == ["hola mundo", "hola mundo"]
    assert llm.usage.requests == 2
