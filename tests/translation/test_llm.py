"""The engine `llm` against a real server process that fails in every way a server can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("httpx")
pytest.importorskip("tenacity")

from projector.errors import EngineError, UsageError
from projector.models.server_requests import retry_seconds
from projector.translation.base import Constraint
from projector.translation.llm import LlmTranslator

SERVER = Path(__file__).with_name("chat_server.py")
TEXTS = [f"sentence number {n} of the text" for n in range(40)]


@contextmanager
def server(**settings) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(SERVER), json.dumps(settings)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def counts(url: str) -> dict[str, int]:
    return json.loads(urllib.request.urlopen(f"{url}/count").read())


def engine(url: str, **options) -> LlmTranslator:
    return LlmTranslator("tiny", url=url, pause=0.01, batch=4, **options)


def test_translations_come_back_in_order_and_concurrency_is_bounded():
    with server(faults=["slow"], sleep=0.05) as url:
        llm = engine(url, concurrency=3)
        llm.check("en", "es")
        out = llm.translate([*TEXTS, "", TEXTS[0]], "en", "es")
        seen = counts(url)
    assert [o.text for o in out] == [t.upper() for t in TEXTS] + ["", TEXTS[0].upper()]
    assert 2 <= seen["most"] <= 3
    assert llm.usage.requests == 10 and llm.usage.tokens_in == 1000 and llm.usage.tokens_out == 500


@pytest.mark.parametrize(
    "fault",
    [
        "429",
        "500",
        "503",
        "reset",
        "cut",
        "html",
        "garbage",
        "fenced",
        "short",
        "doubled",
        "empty",
        "chatter",
        "length",
    ],
)
def test_every_fault_mends_when_it_comes_half_the_time(fault):
    with server(faults=[fault], share=0.5, seed=5) as url:
        out = engine(url, retries=12, reasks=10).translate(TEXTS, "en", "es")
        assert counts(url)[fault] >= 2
    for ours, text in zip(out, TEXTS, strict=True):
        if fault == "length" and ours.error:
            assert "cut off" in ours.error
        else:
            assert ours.text == text.upper(), ours.error


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("429", "after 3 tries: HTTP 429"),
        ("500", "after 3 tries: HTTP 500"),
        ("cut", "after 3 tries"),
        ("reset", "after 3 tries"),
        ("html", "after 3 tries: not an answer"),
        ("400", "HTTP 400"),
        ("garbage", "holds no JSON"),
        ("empty", "left it out"),
        ("length", "cut off"),
    ],
)
def test_a_fault_that_stays_is_a_reason_for_every_sentence(fault, reason):
    with server(faults=[fault]) as url:
        out = engine(url, retries=2, reasks=1).translate(TEXTS[:6], "en", "es")
    bad = [o for o in out if o.error]
    assert len(out) == 6 and bad and all(reason in o.error and o.text == "" for o in bad)
    if fault == "empty":  # the first of each group only: the others are kept
        assert all(o.text == t.upper() for o, t in zip(out, TEXTS, strict=False) if not o.error)
    else:
        assert len(bad) == 6


def test_everything_at_once_ends_done_or_rejected():
    faults = [
        "429",
        "500",
        "reset",
        "cut",
        "html",
        "garbage",
        "short",
        "doubled",
        "chatter",
        "slow",
    ]
    with server(faults=faults, share=0.4, seed=2, sleep=0.6) as url:
        out = engine(url, retries=5, timeout=0.5).translate(TEXTS, "en", "es")
    for ours, text in zip(out, TEXTS, strict=True):
        assert (ours.text == text.upper()) != bool(ours.error)
    assert sum(bool(o.text) for o in out) >= 35


def test_a_slow_server_times_out_with_a_reason():
    with server(faults=["slow"], sleep=2) as url:
        start = time.monotonic()
        out = engine(url, retries=1, timeout=0.2).translate(TEXTS[:3], "en", "es")
        assert time.monotonic() - start < 2
    assert all("ReadTimeout" in o.error for o in out)


def test_retry_after_is_honoured():
    with server(faults=["429"], share=0.4, seed=1, after=1) as url:
        start = time.monotonic()
        out = engine(url).translate(TEXTS[:8], "en", "es")
        assert counts(url)["429"] >= 1
        assert time.monotonic() - start >= 1
    assert all(o.text for o in out)
    assert retry_seconds("3") == 3
    assert retry_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_seconds("soon") == 0


def test_the_budget_stops_the_spending():
    with server() as url:
        llm = engine(url, budget_tokens=1000, concurrency=1)
        out = llm.translate(TEXTS, "en", "es")
        assert llm.usage.tokens_in + llm.usage.tokens_out <= 1000
        priced = engine(url, budget_money=0.5, price_in=1000, price_out=2000, concurrency=4)
        assert any("budget of 0.5" in (o.error or "") for o in priced.translate(TEXTS, "en", "es"))
        assert 0 < priced.usage.money <= 0.5
    assert out[0].text == TEXTS[0].upper() and out[-1].error == "the budget of 1000 tokens is spent"


def test_constraints_are_asked_for_and_checked():
    with server() as url:
        out = engine(url).translate(
            ["a b", "c"], "en", "es", [[Constraint(["casa", "casas"]), Constraint(["A"])], []]
        )
    assert [o.text for o in out] == ["A B casa A", "C"]
    assert [o.constraints_met for o in out] == [[True, True], []]


def test_no_server_wrong_key_and_wrong_options(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UsageError, match="OPENAI_BASE_URL"):
        LlmTranslator("m")
    with pytest.raises(UsageError, match="did you mean 'concurrency'"):
        LlmTranslator("m", url="http://127.0.0.1:1/v1", concurency=2)
    with pytest.raises(EngineError, match="no server answers"):
        engine("http://127.0.0.1:9/v1").check("en", "es")
    with pytest.raises(EngineError, match="no server answers"):
        engine("http://127.0.0.1:9/v1", retries=1).translate(["a"], "en", "es")
    with server(key="secret") as url:
        monkeypatch.delenv("MY_KEY", raising=False)
        with pytest.raises(EngineError, match="MY_KEY is not set"):
            engine(url, key_env="MY_KEY").check("en", "es")
        with pytest.raises(EngineError, match="MY_KEY is not set"):
            engine(url, key_env="MY_KEY").translate(["a"], "en", "es")
        monkeypatch.setenv("MY_KEY", "secret")
        llm = engine(url, key_env="MY_KEY")
        llm.check("en", "es")
        assert llm.translate(["a"], "en", "es")[0].text == "A"
        assert "secret" not in json.dumps(llm.identity())


@pytest.mark.parametrize(
    ("fault", "options", "reason"),
    [
        ("endless", {"max_bytes": 1 << 20}, "longer than 1048576 bytes"),
        ("drip", {"deadline": 0.5}, "more than 0.5 seconds"),
    ],
)
def test_an_answer_without_end_is_given_up(fault, options, reason):
    with server(faults=[fault]) as url:
        start = time.monotonic()
        out = engine(url, retries=1, **options).translate(TEXTS[:3], "en", "es")
        assert time.monotonic() - start < 5
    assert all(reason in o.error for o in out)


KEY = "sk-not-for-anybody-else"


@pytest.mark.parametrize("fault", ["echo", "400 echo"])
def test_a_key_that_the_server_echoes_is_neither_kept_nor_shown(fault, tmp_path, monkeypatch):
    """Through the command line: output, rejects, run file, work folder, cache, standard error."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(
            json.dumps({"id": str(n), "text": text, "lang": "en"}) + "\n"
            for n, text in enumerate(TEXTS[:6])
        )
    )
    with server(faults=[fault], share=0.6, seed=3) as url:
        url = url.replace("://", "://user:pass-word-1@") + "?api_key=query-key-1"
        done = subprocess.run(
            [
                sys.executable, "-m", "projector", "translate", str(source), "--to", "es",
                "--engine", "llm", "--model", "m", "-o", str(out), "--cache", str(tmp_path / "c"),
                "--set", f"url={url}", "--set", "pause=0.01", "--set", "batch=4", "--debug", "--on-error", "skip",
            ],
            capture_output=True, text=True, check=False,
            env={**os.environ, "OPENAI_API_KEY": KEY},
        )  # fmt: skip
    rejected = (tmp_path / "out.jsonl.rejected.jsonl").read_text()
    wanted = "the answer repeats the key" if fault == "echo" else "HTTP 400: bad: "
    assert wanted in rejected
    kept = [done.stdout, done.stderr]
    kept += [p.read_bytes().decode("latin-1") for p in tmp_path.rglob("*") if p.is_file()]
    assert len(kept) > 4
    for secret in (KEY, "pass-word-1", "query-key-1"):
        assert not any(secret in text for text in kept), secret
    if fault == "echo":  # the sentences that were answered properly carry the redacted address
        assert "http://***@127.0.0.1" in out.read_text()
        run = json.loads((tmp_path / "out.jsonl.run.json").read_text())
        cost = run["summary"]["cost"]["translate"]
        assert cost["requests"] >= 2 and cost["tokens_in"] == 100 * cost["requests"]
