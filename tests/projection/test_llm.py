"""The projector `llm`: only what stands in the text is believed, the rest goes to `match`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("httpx")
pytest.importorskip("tenacity")

from projector.errors import EngineError, UsageError
from projector.projection.base import Projection
from projector.projection.llm import LlmProjector, _Item, place
from projector.records import Document, Pair, Span
from projector.text.quotations import quoted_places

SERVER = Path(__file__).resolve().parents[1] / "translation" / "chat_server.py"


@pytest.fixture
def server(request):
    settings = getattr(request, "param", {})
    process = subprocess.Popen(
        [sys.executable, str(SERVER), json.dumps(settings)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    process.kill()
    process.wait()
    process.stdout.close()


def a_pair(source: str, target: str, *spans: tuple[int, int], links=None) -> Pair:
    words = [[(m, m + len(w)) for m, w in _words(text)] for text in (source, target)]
    return Pair(
        "p",
        Document("p", source, "en", tokens=words[0],
                 spans=[Span(f"s{n}", a, b, "X") for n, (a, b) in enumerate(spans)]),
        Document("p", target, "es", tokens=words[1]),
        alignment=links,
    )  # fmt: skip


def _words(text: str):
    at = 0
    for word in text.split():
        at = text.index(word, at)
        yield at, word
        at += len(word)


def surfaces(pair: Pair, found: list[Projection]) -> list[list[str] | None]:
    return [[pair.target.text[a:b] for a, b in p.pieces] if p.pieces else None for p in found]


def test_spans_that_the_model_names_are_found_in_the_text(server):
    # The server "translates" a span by upper-casing it.
    pairs = [
        a_pair("red house in Berlin", "IN BERLIN A RED HOUSE", (0, 9), (13, 19)),
        a_pair("nothing here", "OTHER WORDS", (0, 7)),
        a_pair("no spans", "NO SPANS"),
        a_pair("empty", " ", (0, 5)),
    ]
    engine = LlmProjector("tiny", url=server, pause=0.01)
    out = engine.project(pairs)
    assert surfaces(pairs[0], out[0]) == [["RED HOUSE"], ["BERLIN"]]
    assert all(0 < p.score <= 1 for p in out[0])
    assert out[1] == [
        Projection(None, reason="no_counterpart", detail="the model finds no words for it")
    ]
    assert out[2] == [] and out[3][0].pieces is None


def test_links_decide_between_several_places_and_step_in(server):
    pair = a_pair(
        "king sees other king", "KING VE OTRO KING", (0, 4), (16, 20), (5, 9),
        links=[(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (3, 3, 1.0)],
    )  # fmt: skip
    engine = LlmProjector("tiny", url=server, pause=0.01)
    if engine.sees_corpus:
        engine.fit([pair])
    [out] = engine.project([pair])
    assert [p.pieces for p in out] == [[(0, 4)], [(13, 17)], [(5, 7)]]
    assert out[2].score <= 0.5  # the model saw none, only the links did
    alone = LlmProjector("tiny", url=server, fallback="")
    assert alone.project([pair])[0][2].pieces is None


@pytest.mark.parametrize("server", [{"faults": ["garbage"]}, {"faults": ["500"]}], indirect=True)
def test_a_server_that_fails_leaves_every_span_with_a_reason_or_to_match(server):
    linked = a_pair("red house", "CASA ROJA", (0, 3), links=[(0, 1, 1.0), (1, 0, 1.0)])
    bare = a_pair("red house", "CASA ROJA", (0, 3))
    engine = LlmProjector("tiny", url=server, pause=0.01, retries=1)
    if engine.sees_corpus:
        engine.fit([linked, bare])
    out = engine.project([linked, bare])
    assert surfaces(linked, out[0]) == [["ROJA"]]
    assert out[1][0].pieces is None and out[1][0].reason == "llm_failed" and out[1][0].detail


def test_a_word_is_not_found_inside_another():
    assert quoted_places("casa", "casas y casa", "es") == [(8, 12)]
    assert quoted_places("Casa  roja", "la casa roja", "es") == [(3, 12)]
    assert quoted_places("猫", "黑猫和猫", "zh") == [(1, 2), (3, 4)]
    assert quoted_places("(a)", "x(a)y", "es") == [(1, 4)]
    assert quoted_places(" ", "x", "es") == []


def test_what_is_not_in_the_text_is_not_believed():
    pair = a_pair("red house", "casa roja", (0, 3))
    nothing = Projection(None, reason="no_links")
    out = place(_Item(1, "rojo"), nothing, pair)
    assert out.pieces is None and out.reason == "not_in_text" and "rojo" in out.detail
    assert place(_Item(1, "rojo"), Projection([(5, 9)], 0.8), pair) == Projection([(5, 9)], 0.8)
    agreed = place(_Item(1, "roja"), Projection([(5, 9)], 0.8), pair)
    assert agreed.score > 0.9


def test_wrong_use():
    with pytest.raises(UsageError, match="--model"):
        LlmProjector(url="http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="did you mean 'fallback'"):
        LlmProjector("m", url="http://127.0.0.1:9/v1", falback="x")
    with pytest.raises(EngineError, match="no server answers"):
        LlmProjector("m", url="http://127.0.0.1:9/v1", retries=0, fallback="").project(
            [a_pair("a b", "A B", (0, 1))]
        )
