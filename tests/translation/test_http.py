"""The engine `http` against a real server on loopback that speaks DeepL's and Google's protocols."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx", reason="needs the extra 'llm'")
pytest.importorskip("tenacity", reason="needs the extra 'llm'")

from projector.cli.main import main
from projector.errors import EngineError, UsageError
from projector.io.jsonl import read_records
from projector.records import Pair
from projector.translation.base import Constraint, Translation
from projector.translation.cache import CachedTranslator
from projector.translation.http import HttpTranslator
from projector.translation.shielded import translate as translate_shielded

KEY = "secret-key-123456"


class Server(ThreadingHTTPServer):
    """Writes everything in capitals but tags and what is not to be translated."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.failures: list[tuple[int, dict[str, str]]] = []  # answered first, in turn
        self.behaviour = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def capitals(text: str) -> str:
    kept = re.compile(r"<x\b.*?</x>|<span\b.*?</span>|<[^<>]*>|&\w+;", re.DOTALL)
    out, at = "", 0
    for match in kept.finditer(text):
        out += text[at : match.start()].upper() + match.group()
        at = match.end()
    return out + text[at:].upper()


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.headers.append(dict(self.headers))
        if self.server.failures:
            status, headers = self.server.failures.pop(0)
            self.send(status, f"no: {self.headers.get('Authorization')}".encode(), headers)
            return
        texts = body.get("text") or body.get("q")
        texts = [texts] if isinstance(texts, str) else texts
        if self.server.behaviour == "one short":
            made = [capitals(text) for text in texts][: 1 if len(texts) == 1 else len(texts) - 1]
        elif self.server.behaviour == "loses elements":
            made = [re.sub(r"<x\b.*?</x>", "", capitals(text)) for text in texts]
        elif self.server.behaviour == "echoes the key":
            made = [f"{self.headers.get('Authorization')}" for _ in texts]
        elif self.server.behaviour == "endless":
            made = ["x" * 100_000 for _ in texts]
        else:
            made = [capitals(text) for text in texts]
        if self.path.endswith("/deepl"):
            found: Any = {"translations": [{"text": text} for text in made]}
        elif self.path.endswith("/google"):
            found = {"data": {"translations": [{"translatedText": text} for text in made]}}
        else:
            found = {"out": made[0] if isinstance(body.get("q"), str) else made}
        if self.server.behaviour == "no json":
            self.send(200, b"<html>")
            return
        self.send(200, json.dumps(found).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def deepl(server: Server, monkeypatch: pytest.MonkeyPatch) -> HttpTranslator:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    return HttpTranslator("deepl", url=f"{server.url}/deepl", pause=0.01)


def test_deepl_is_asked_as_it_wants_to_be(deepl: HttpTranslator, server: Server) -> None:
    deepl.check("en", "pt")
    made = deepl.translate(["Hello there.", "", "AT&T < 3", "Hello there."], "en-GB", "pt")
    assert [one.text for one in made] == ["HELLO THERE.", "", "AT&T < 3", "HELLO THERE."]
    (asked,) = server.asked
    assert asked["text"] == ["Hello there.", "AT&amp;T &lt; 3"], "equal ones once, escaped"
    assert (asked["source_lang"], asked["target_lang"]) == ("EN", "PT-PT")
    assert asked["tag_handling"] == "xml" and asked["ignore_tags"] == ["x"]
    assert server.headers[0]["Authorization"] == f"DeepL-Auth-Key {KEY}"
    assert deepl.cost() == {"requests": 1.0, "characters": 27.0}


def test_code_tags_and_names_come_through_as_elements(
    deepl: HttpTranslator, server: Server
) -> None:
    text = "Run `ls -l` in the <b>old</b> Berlin,<br> {name}."
    at = text.index("Berlin")
    row = [Constraint(["Berlín"], at, at + 6)]
    (made,) = deepl.translate([text], "en", "es", [row])
    assert made.text == "RUN `ls -l` IN THE <b>OLD</b> Berlín,<br> {name}."
    assert made.constraints_met == [True]
    assert server.asked[0]["text"] == [
        'Run <x id="1">`ls -l`</x> in the <g2>old</g2> <x id="4">Berlin</x>,<h5/> '
        '<x id="6">{name}</x>.'.replace(">Berlin<", ">Berlín<")
    ]


def test_google_gets_html(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    engine = HttpTranslator("google", url=f"{server.url}/google")
    (made,) = engine.translate(["Use `a<b` & {x} <i>now</i>"], "en", "zh")
    assert made.text == "USE `a<b` & {x} <i>NOW</i>"
    (asked,) = server.asked
    assert asked["format"] == "html" and asked["target"] == "zh-CN"
    assert '<span translate="no" id="x1">`a&lt;b`</span>' in asked["q"][0]
    assert server.headers[0]["X-Goog-Api-Key"] == KEY


def test_what_the_server_loses_is_brought_through_by_other_ways(
    deepl: HttpTranslator, server: Server
) -> None:
    server.behaviour = "loses elements"
    (made,) = translate_shielded(deepl, ["Use `ls` and {x} now."], "en", "es", None, "usually")
    assert made.text == "USE `ls` AND {x} NOW."


def test_a_server_of_ones_own_by_its_description(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        f'url: {server.url}/mine/{{target}}\nbody: {{q: "{{text}}", pair: "{{source}}|{{target}}"}}\n'
        "response: out\n"
    )
    engine = HttpTranslator(str(path), extra={"formality": "more"})
    made = engine.translate(["one", "two"], "en", "es")
    assert [one.text for one in made] == ["ONE", "TWO"]
    assert sorted(asked["q"] for asked in server.asked) == ["one", "two"]
    assert server.asked[0]["pair"] == "en|es" and server.asked[0]["formality"] == "more"


def test_a_busy_server_is_asked_again(deepl: HttpTranslator, server: Server) -> None:
    server.failures = [(429, {"Retry-After": "0"}), (503, {})]
    (made,) = deepl.translate(["Hello"], "en", "es")
    assert made.text == "HELLO"
    assert deepl.cost()["retries"] == 2.0


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("no json", "no JSON"),
        ("endless", "max_bytes"),
        ("echoes the key", "repeats the key"),
    ],
)
def test_bad_answers_cost_their_sentence_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch, behaviour: str, said: str
) -> None:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    engine = HttpTranslator(
        "deepl", url=f"{server.url}/deepl", retries=1, pause=0.01, max_bytes=50_000
    )
    server.behaviour = behaviour
    (made,) = engine.translate(["Hello"], "en", "es")
    assert made.text == "" and made.error is not None and said in made.error
    assert KEY not in made.error


def test_a_group_that_fails_is_asked_for_one_by_one(deepl: HttpTranslator, server: Server) -> None:
    server.behaviour = "one short"
    made = deepl.translate(["one", "two", "three"], "en", "es")
    assert [one.text for one in made] == ["ONE", "TWO", "THREE"]
    assert [len(asked["text"]) for asked in server.asked] == [3, 1, 1, 1]


def test_the_total_deadline_ends_a_question(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    server.failures = [(503, {"Retry-After": "30"})] * 5
    engine = HttpTranslator("deepl", url=f"{server.url}/deepl", total_deadline=0.3)
    (made,) = engine.translate(["Hello"], "en", "es")
    assert made.error is not None and "total_deadline" in made.error


def test_a_budget_of_characters_is_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    engine = HttpTranslator(
        "deepl", url=f"{server.url}/deepl", budget_characters=6, price=20.0, concurrency=1
    )
    assert engine.translate(["Hello"], "en", "es")[0].text == "HELLO"
    (refused,) = engine.translate(["There"], "en", "es")
    assert refused.error is not None and "budget" in refused.error
    assert engine.cost()["money"] == pytest.approx(5 * 20 / 1e6)


def test_a_refused_key_and_a_wrong_address_are_errors_of_the_engine(
    deepl: HttpTranslator, server: Server
) -> None:
    server.failures = [(403, {})]
    with pytest.raises(EngineError, match="DEEPL_AUTH_KEY is set") as found:
        deepl.translate(["Hello"], "en", "es")
    assert KEY not in str(found.value)
    server.failures = [(404, {})]
    with pytest.raises(EngineError, match="correct the url") as found:
        deepl.translate(["Hello"], "en", "es")
    assert KEY not in str(found.value), "the server said it, we do not"


def test_no_server_is_said_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    engine = HttpTranslator("deepl", url="http://127.0.0.1:9/x", retries=0)
    with pytest.raises(EngineError, match=r"no server answers at http://127\.0\.0\.1:9/x"):
        engine.translate(["Hello"], "en", "es")


def test_a_missing_key_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPL_AUTH_KEY", raising=False)
    with pytest.raises(EngineError, match="DEEPL_AUTH_KEY is not set"):
        HttpTranslator("deepl").check("en", "es")


@pytest.mark.parametrize(
    ("model", "text", "said"),
    [
        ("", "", "--model deepl"),
        ("depl", "", "deepl"),
        ("x.yaml", "url: ftp://x\nbody: {q: '{texts}'}\nresponse: a\n", "wanted http"),
        ("x.yaml", "url: http://x\nbody: {q: x}\nresponse: a\n", "{texts}"),
        ("x.yaml", "url: http://x\nbody: {q: '{texts}'}\nresponse: 'a['\n", "response"),
        ("x.yaml", "url: http://x\nbody: {q: '{texts}'}\n", "response"),
        ("x.yaml", "url: http://x\nbody: {q: '{texts}'}\nresponse: a\nnope: 1\n", "nope"),
    ],
)
def test_a_description_that_makes_no_sense(
    tmp_path: Path, model: str, text: str, said: str
) -> None:
    path = tmp_path / model
    if text:
        path.write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        HttpTranslator(str(path) if text else model)


def test_a_second_run_asks_nothing(deepl: HttpTranslator, server: Server, tmp_path: Path) -> None:
    cached = CachedTranslator(deepl, str(tmp_path))
    first = cached.translate(["Hello", "World"], "en", "es")
    assert cached.translate(["Hello", "World"], "en", "es") == first == [
        Translation("HELLO"), Translation("WORLD"),
    ]  # fmt: skip
    assert len(server.asked) == 1
    assert KEY not in (tmp_path / cached.store.path.name).read_bytes().decode("latin-1")


def test_from_the_command_line_with_names_kept_and_the_cost_written(
    server: Server, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    out = tmp_path / "out.jsonl"
    status = main(
        ["translate", str(samples / "ner.jsonl"), "--to", "es", "--engine", "http", "--model", "deepl",
         "--set", f"url={server.url}/deepl", "--keep", "PER,LOC", "-o", str(out)]
    )  # fmt: skip
    assert status == 0
    pairs = [r for r in read_records(out) if isinstance(r, Pair)]
    assert len(pairs) == 25
    for pair in pairs:
        for span in pair.source.spans:
            if span.label in ("PER", "LOC"):
                for a, b in span.parts:
                    assert " ".join(pair.source.text[a:b].split()) in pair.target.text
    notes = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert notes["summary"]["cost"]["translate"]["characters"] > 500
    assert KEY not in (tmp_path / "out.jsonl.run.json").read_text()
