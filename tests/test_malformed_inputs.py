"""Some hundreds of malformed inputs: each is a clear error or a rejected record, never a traceback,
and records read = written + rejected. Through the reader and every command that reads files."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.cli.main import main
from projector.errors import ProjectorError
from projector.io.formats import read_lines
from projector.io.formats.shared.registry import formats
from projector.io.jsonl import read_lines as read_jsonl

FORMATS = {each.name: each for each in formats()}
READ = [name for name, found in FORMATS.items() if found.read is not None]
DOCUMENT: dict[str, Any] = {
    "id": "d1",
    "lang": "en",
    "text": "Zoe\u0308 👩\u200d🚀 met Ana.",
    "tokens": [[0, 4], [5, 8], [9, 12], [13, 16], [16, 17]],
    "tags": {"upos": ["PROPN", "SYM", "VERB", "PROPN", "PUNCT"]},
    "spans": [
        {"id": "s0", "start": 0, "end": 4, "label": "PER", "text": "Zoe\u0308", "score": 0.5},
        {"id": "s1", "start": 5, "end": 16, "label": "X", "pieces": [[5, 8], [13, 16]]},
    ],
    "relations": [{"label": "met", "head": "s0", "tail": "s1"}],
    "clusters": [["s0", "s1"]],
    "questions": [{"id": "q0", "text": "Who?", "answers": ["s0"]}],
    "labels": {"topic": "t"},
    "meta": {"a": 1},
}
PAIR: dict[str, Any] = {
    "id": "d1",
    "source": DOCUMENT,
    "target": {**DOCUMENT, "lang": "es"},
    "alignment": [[0, 0, 0.9], [4, 4, 1]],
    "segments": [[0, 17, 0, 17]],
    "steps": [{"stage": "translate", "engine": "x"}],
    "dropped": [{"span": "s9", "reason": "no_links"}],
}
WRONG: list[Any] = [None, True, -1, 10**30, 1.5, "x", "", [], [None], [[]], {}, {"x": 1}]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return value


def wrong_types() -> list[bytes]:
    """Every field of a pair, with each kind of wrong value in turn."""
    every = [p for p in places(PAIR) if p[:1] != ("source",)] + [("source",), ("source", "text")]
    return [
        json.dumps(changed(PAIR, path, WRONG[(n + k) % len(WRONG)])).encode()
        for n, path in enumerate(every)
        for k in range(3)
    ]


def cut_lines() -> list[bytes]:
    whole = json.dumps(PAIR, ensure_ascii=False).encode()
    return [whole[:end] for end in range(1, len(whole), 41)]


def span(a: Any, b: Any, **rest: Any) -> bytes:
    return json.dumps(
        {**DOCUMENT, "spans": [{"id": "s0", "start": a, "end": b, **rest}, DOCUMENT["spans"][1]]}
    ).encode()


LINES: dict[str, bytes] = {
    "offset beyond the end": span(0, 99),
    "offset below zero": span(-3, 2),
    "empty span": span(2, 2),
    "span the wrong way round": span(5, 2),
    "huge offset": span(0, 2**70),
    "offset as float": span(0.0, 2.5),
    "offset as string": span("0", "2"),
    "offset as bool": span(False, True),
    "span inside a combining sequence": span(2, 3),
    "span inside an emoji": span(5, 6),
    "span of a zero-width joiner": span(6, 7),
    "wrong surface": span(0, 3, text="Bob"),
    "surface in another normal form": span(0, 4, text="Zo\u00eb"),
    "score NaN": b'{"id":"a","text":"ab","spans":[{"id":"s","start":0,"end":1,"score":NaN}]}',
    "score infinite": b'{"id":"a","text":"ab","spans":[{"id":"s","start":0,"end":1,"score":1e999}]}',
    "score above one": span(0, 1, score=1.0001),
    "duplicate span id": span(0, 1, id="s1"),
    "unknown span field": span(0, 1, colour="red"),
    "lone surrogate": b'{"id":"a","text":"x \\ud83d y"}',
    "lone surrogate in id": b'{"id":"\\udc00","text":"x"}',
    "NUL in text": b'{"id":"a","text":"a\\u0000b"}',
    "raw NUL": b'{"id":"a","text":"a\x00b"}',
    "raw line break in a string": b'{"id":"a","text":"a\rb"}',
    "invalid utf-8": b'{"id":"a","text":"\xff\xfe"}',
    "overlong utf-8": b'{"id":"a","text":"\xc0\x80"}',
    "encoded surrogate": b'{"id":"a","text":"\xed\xa0\x80"}',
    "utf-8 cut in a character": '{"id":"a","text":"é"}'.encode()[:19],
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep meta": b'{"id":"a","text":"x","meta":' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"}",
    "very deep meta": b'{"id":"a","text":"x","meta":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge integer": b'{"id":' + b"9" * 5000 + b',"text":"x"}',
    "huge exponent": b'{"id":"a","text":"x","meta":{"n":1e99999}}',
    "number": b"3",
    "string": b'"x"',
    "null": b"null",
    "empty object": b"{}",
    "empty list": b"[]",
    "two objects": b'{"id":"a","text":"x"}{"id":"b","text":"y"}',
    "trailing comma": b'{"id":"a","text":"x",}',
    "single quotes": b"{'id':'a','text':'x'}",
    "duplicate keys": b'{"id":"a","text":"x","text":"y"}',
    "byte order mark inside": b'\xef\xbb\xbf\xef\xbb\xbf{"id":"a","text":"x"}',
    "only a byte order mark": b"\xef\xbb\xbf",
    "utf-16": '{"id":"a","text":"x"}'.encode("utf-16"),
    "utf-32": '{"id":"a","text":"x"}'.encode("utf-32"),
    "html": b"<html><body>404</body></html>",
    "gzip bytes": gzip.compress(b'{"id":"a","text":"x"}'),
    "empty text": b'{"id":"a","text":""}',
    "blank text": b'{"id":"a","text":"  "}',
    "token list with numbers": b'{"tokens":["a"],"ner_tags":[3]}',
    "token list with too few tags": b'{"tokens":["a","b"],"ner_tags":["O"]}',
    "token list with ill-formed tags": b'{"tokens":["a","b"],"ner_tags":["B-","X"]}',
    "token that is not in the text": b'{"text":"ab","tokens":["c"]}',
    "mixed tokens": b'{"text":"ab","tokens":["a",[0,1]]}',
    "squad answer elsewhere": b'{"context":"abc","question":"?","answers":{"text":["z"],"answer_start":[0]}}',
    "squad answer below zero": b'{"context":"abc","question":"?","answers":{"text":["c"],"answer_start":[-1]}}',
    "squad without text": b'{"context":"abc","question":"?","answers":{"answer_start":[0]}}',
    "squad with numbers": b'{"context":7,"question":8,"answers":9}',
    "pair with one side": b'{"id":"p","source":{"text":"a"}}',
    "pair of numbers": b'{"id":"p","source":1,"target":2}',
    "pair of nulls": b'{"id":"p","source":null,"target":null}',
    "link beyond the tokens": json.dumps({**PAIR, "alignment": [[9, 0, 1]]}).encode(),
    "link of two": json.dumps({**PAIR, "alignment": [[0, 0]]}).encode(),
    "link of floats": json.dumps({**PAIR, "alignment": [[0.5, 0, 1]]}).encode(),
    "segment beyond the text": json.dumps({**PAIR, "segments": [[0, 99, 0, 1]]}).encode(),
    "relation to nothing": json.dumps({**DOCUMENT, "relations": [{"label": "", "head": "s0", "tail": "q"}]}).encode(),
    "cluster of nothing": json.dumps({**DOCUMENT, "clusters": [["nope"]]}).encode(),
    "one tag too many": json.dumps({**DOCUMENT, "tags": {"upos": ["X"] * 6}}).encode(),
    "tokens that overlap": json.dumps({**DOCUMENT, "tokens": [[0, 4], [3, 8]]}).encode(),
    "tokens out of order": json.dumps({**DOCUMENT, "tokens": [[5, 8], [0, 4]], "tags": {}}).encode(),
}  # fmt: skip
GOOD = b'{"id":"good-%d","text":"fine"}'

WHOLE_FILES: list[tuple[str, str, bytes]] = [
    ("conll", "one column", b"EU\nrejects\n"),
    ("conll", "ragged", b"EU B-ORG\nrejects\n\nx O O O\n"),
    ("conll", "no tags", b"EU NOUN\n\nx B-\n"),
    ("conll", "bytes", bytes(range(256))),
    ("conll", "only comments", b"# a\n# b = c\n"),
    ("conll", "only docstart", b"-DOCSTART- -X- O O\n"),
    ("conll", "tabs alone", b"\t\t\n\tO\n"),
    ("conll", "text comment of other words", b"# text = zzz\na\tO\n"),
    ("conll", "id twice", b"# id = 1\na\tO\n\n# id = 1\nb\tO\n"),
    ("conllu", "nine columns", b"1\ta" + b"\t_" * 7 + b"\n"),
    ("conllu", "bad range", b"2-1\ta" + b"\t_" * 8 + b"\n"),
    ("conllu", "range without words", b"1-2\ta" + b"\t_" * 8 + b"\n1\tb" + b"\t_" * 8 + b"\n"),
    ("conllu", "id of letters", b"x\ta" + b"\t_" * 8 + b"\n"),
    ("conllu", "id of other digits", "²\ta".encode() + b"\t_" * 8 + b"\n"),
    ("conllu", "form empty", b"1\t" + b"\t_" * 8 + b"\n"),
    ("conllu", "form blank", b"1\t " + b"\t_" * 8 + b"\n"),
    ("squad", "list", b"[]"),
    ("squad", "no data", b'{"version":"1"}'),
    ("squad", "data of numbers", b'{"data":[1,null,"x"]}'),
    ("squad", "cut", b'{"data":[{"paragraphs":[{"context":"a"'),
    ("squad", "answer moved", b'{"data":[{"paragraphs":[{"context":"ab","qas":[{"id":"q","question":"?","answers":[{"text":"b","answer_start":0}]}]}]}]}'),
    ("squad", "same question twice", b'{"data":[{"paragraphs":[{"context":"ab","qas":[{"id":1,"question":"?"},{"id":1,"question":"?"}]}]}]}'),
    ("squad", "deep", b'{"data":' + b"[" * 50_000),
    ("squad", "lone surrogate", b'{"data":[{"paragraphs":[{"context":"\\ud800","qas":[]}]}]}'),
    ("text", "utf-16", "hello\n".encode("utf-16")),
    ("text", "controls", b"\x00\x01\x02\n\x0b\x0c\n"),
    ("bitext", "one column", b"a\nb\n"),
    ("bitext", "empty side", b"a\t\n\tb\n"),
    ("bitext", "links beyond", b"a\tb\t0-0 7-7\n"),
    ("fastalign", "no bars", b"a b\n"),
    ("fastalign", "empty side", b" ||| b\na ||| \n"),
    ("tokens", "numbers", b'{"tokens":[1,2],"ner_tags":["O","O"]}\n'),
    ("text-pairs", "two columns", b"x\ty\n"),
    ("text-pairs", "empty text", b"x\t\ty\n"),
    ("pharaoh", "no base", b"0-0\n"),
]  # fmt: skip
MALFORMED_LINES = [*wrong_types(), *cut_lines(), *LINES.values()]


def test_there_are_enough_of_them() -> None:
    assert len(set(MALFORMED_LINES)) + len(WHOLE_FILES) > 400


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(words)
    said = capsys.readouterr()
    if code == 4 and (missing := re.search(r"needs the package '(\w+)'", said.err)):
        pytest.skip(f"not installed: {missing[1]}")
    assert code in (0, 1, 2, 3), said.err
    assert "Traceback" not in said.err
    assert "internal error" not in said.err
    if code:
        assert said.err.startswith("xproject: error: "), said.err
        assert len(said.err) < 2000
    return code, said.err


def counts(said: str) -> tuple[int, int, int]:
    found = re.search(r"(\d+) records read, (\d+) written, (\d+) rejected", said)
    assert found, said
    return int(found[1]), int(found[2]), int(found[3])


def test_reader_gives_a_record_or_a_reason_for_each_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(MALFORMED_LINES))
    lines = list(read_jsonl(path))
    filled = path.read_bytes().split(b"\n")
    assert len(lines) == sum(bool(line.strip()) for line in filled)
    for line in lines:
        assert (line.record is None) != (line.error is None)
        if line.error is not None:
            assert line.error.reason
            assert "\n" not in str(line.error)
            assert str(line.error).startswith(f"{path}:{line.number}: ")


@pytest.mark.parametrize("fmt", ["jsonl", "conll", "conllu", "squad", "tokens", "text"])
def test_convert_accounts_for_every_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fmt: str
) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out"
    lines = MALFORMED_LINES if fmt == "jsonl" else [*LINES.values(), *wrong_types()[::5]]
    path.write_bytes(b"\n".join([*lines, *(GOOD % n for n in range(3))]))
    words = ["convert", str(path), "-o", str(out), "--to", fmt, "--on-error", "skip"]
    code, said = run([*words, "--side", "target", "--duplicate-ids", "suffix"], capsys)
    assert code == 0
    seen, written, rejected = counts(said)
    assert seen == written + rejected
    assert written >= 3
    rejects = Path(f"{out}.rejected.jsonl").read_bytes().splitlines()
    assert len(rejects) == rejected
    assert all(json.loads(line)["reason"] for line in rejects)
    if fmt == "jsonl":
        assert len(out.read_bytes().splitlines()) == written
        assert all(line.record is not None for line in read_jsonl(out))


@pytest.mark.parametrize("name", LINES)
def test_each_line_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(LINES[name])
    for words in (
        ["convert", str(path), "-o", str(tmp_path / "a.jsonl")],
        ["export", str(path), "--to", "conll", "-o", str(tmp_path / "b.conll")],
        ["evaluate", str(path), "--gold", str(path)],
    ):
        run(words, capsys)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("fmt", "name", "data"), WHOLE_FILES, ids=[f"{f}: {n}" for f, n, _ in WHOLE_FILES]
)
def test_files_of_other_formats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fmt: str, name: str, data: bytes
) -> None:
    path = tmp_path / "in.x"
    path.write_bytes(data)
    code, _ = run(["convert", str(path), "--from", fmt, "-o", str(tmp_path / "a.jsonl")], capsys)
    skip = ["--from", fmt, "--on-error", "skip", "-o", str(tmp_path / "b.jsonl")]
    code, said = run(["convert", str(path), *skip], capsys)
    if code == 0:
        seen, written, rejected = counts(said)
        assert seen == written + rejected
    run(["evaluate", str(path), "--from", fmt, "--gold", str(path), "--gold-from", fmt], capsys)


@pytest.mark.parametrize("fmt", READ)
@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"\xef\xbb\xbf", b"{", b"\x00", b"\xff\xfe"])
def test_every_format_on_files_of_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fmt: str, data: bytes
) -> None:
    path = tmp_path / "in.x"
    path.write_bytes(data)
    run(["convert", str(path), "--from", fmt, "-o", str(tmp_path / "a.jsonl")], capsys)


@pytest.mark.parametrize("fmt", READ)
def test_every_format_on_a_directory_and_on_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fmt: str
) -> None:
    for path in (tmp_path, tmp_path / "none"):
        code, said = run(["convert", str(path), "--from", fmt, "--to", "jsonl"], capsys)
        assert code in (2, 3) or FORMATS[fmt].folder
        assert str(path) in said or fmt == "pharaoh"


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "cut.jsonl.zst", "no.jsonl.gz", "no.jsonl.zst"])
def test_archives(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    import zstandard

    path = tmp_path / name
    data = b"".join(GOOD % n + b"\n" for n in range(2000))
    packed = gzip.compress(data) if name.endswith("gz") else zstandard.compress(data)
    path.write_bytes(packed[: len(packed) // 2] if name.startswith("cut") else data)
    for words in (["convert", str(path), "-o", str(tmp_path / "o.jsonl"), "--on-error", "skip"],
                  ["evaluate", str(path), "--gold", str(path)]):  # fmt: skip
        code, said = run(words, capsys)
        assert code == 3
        assert "damaged" in said
    assert not (tmp_path / "o.jsonl").exists()


def test_a_line_of_ten_megabytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.jsonl"
    long = json.dumps({"id": "long", "text": "wörd " * 2_000_000}, ensure_ascii=False).encode()
    path.write_bytes(b"\n".join([GOOD % 1, long, long[:-1], GOOD % 2]))
    out = tmp_path / "out.jsonl"
    code, said = run(["convert", str(path), "-o", str(out), "--on-error", "skip"], capsys)
    assert code == 0
    assert counts(said) == (4, 3, 1)
    assert len(out.read_bytes().splitlines()) == 3


@pytest.mark.parametrize("command", ["align", "project", "qa", "translate"])
def test_the_stages_name_what_they_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    words = [command, "-o", str(tmp_path / "out.jsonl")]
    words += ["--to", "es"] if command == "translate" else []
    code, said = run([*words, str(tmp_path)], capsys)
    assert code == 3
    assert "directory" in said
    path = tmp_path / "in.jsonl"
    path.write_bytes(LINES["offset beyond the end"])
    code, said = run([*words, str(path)], capsys)
    assert code in (2, 3)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(
    data=st.binary(max_size=300),
    fmt=st.sampled_from([n for n in READ if not FORMATS[n].folder]),
)
def test_any_bytes_in_any_format(tmp_path: Path, data: bytes, fmt: str) -> None:
    path = tmp_path / "in.x"
    path.write_bytes(data)
    try:
        lines = list(read_lines(path, fmt))
    except ProjectorError:
        return
    assert all((line.record is None) != (line.error is None) for line in lines)


TEXTS = st.text(st.sampled_from("aB1 \t\n#-=_|{}[]:,.\"'\\\r\u2028\u0308é👩\u200dO"), max_size=120)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
@given(data=TEXTS, fmt=st.sampled_from([n for n in READ if not FORMATS[n].folder]))
def test_any_text_in_any_format(tmp_path: Path, data: str, fmt: str) -> None:
    test_any_bytes_in_any_format.hypothesis.inner_test(tmp_path, data.encode(), fmt)  # type: ignore[attr-defined]
