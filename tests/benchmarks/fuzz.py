"""Broken and odd lines through every stage: none may end in a traceback, and the counts add up.

    python tests/benchmarks/fuzz.py [--data DATA] [--records 10000] [--stages align,project]

Sound records are real sentences (`real_text`; made-up ones, `synthetic`, where no ``--data`` is
given), and two thirds of them are damaged: cut lines, wrong types,
offsets out of range, invalid UTF-8, ids twice, lone surrogates, spans across combining
characters, empty and huge texts, right-to-left text, control characters, deep nesting. For each
stage the table says how many were written and rejected, with reasons, and any ``stage_error``,
which is a bug (an exception that a stage did not foresee).
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import msgspec
import real_text
import synthetic

from projector.api import align
from projector.errors import ProjectorError
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run
from projector.records import Pair

ODD_TEXTS = [
    "",
    " ",
    "\u0000",
    "e\u0301\u0301\u0301 n\u0303",
    "👩‍👩‍👧 family 🇪🇸",
    "مرحبا بالعالم ، كيف الحال ؟",
    "שלום world",
    "日本語のテキスト。二つ目の文。",
    "ไทยไม่มีช่องว่าง",
    "\u202eright to left\u202c",
    "a\u00a0b\u2028c\u2029d\u0085e",
    "^lemma<n>$ [[t:i:1]]x[[/]] \\^ {} @ /",
    "<b>bold</b> & <s0>x</s0> &amp;",
    "A" * 3000,
    "word " * 600,
    "... !!! ???",
    "1,000.5 % 3/4 2026-11-23",
    "\ufeffbom",
    "-",
    "\t\t\n\n",
]
ODD_VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2**63,
    1e308,
    "",
    "x",
    [],
    [[]],
    {},
    {"a": 1},
    [None],
    -0.5,
]


def aligned(data: Path, count: int) -> Iterator[dict[str, Any]]:
    """Real pairs with tokens and links, again from the first (with other ids) when they end."""
    given = [msgspec.convert(pair, Pair) for pair in real_text.pairs(data, count)]
    linked = msgspec.to_builtins(align(given, engine="hmm"))
    for n in range(count):
        record = copy.deepcopy(linked[n % len(linked)])
        name = f"r{n}"
        for part in (record, record["source"], record["target"]):
            part["id"] = name
        yield record


def sound(count: int, seed: int, data: Path | None = None) -> Iterator[dict[str, Any]]:
    """Pairs with everything a record can hold."""
    pick = random.Random(seed)
    for record in aligned(data, count) if data else synthetic.pairs(count, seed):
        source = record["source"]
        names = [span["id"] for span in source.setdefault("spans", [])]
        if len(names) > 1:
            source["relations"] = [{"label": "r", "head": names[0], "tail": names[1]}]
            source["clusters"] = [names[:2]]
        source["questions"] = [{"id": "q0", "text": "Who went there?", "answers": names[:1]}]
        source["tags"] = {"upos": ["X"] * len(source["tokens"])}
        source["labels"] = {"topic": "news"}
        if pick.random() < 0.3 and len(source["tokens"]) > 4:
            a, b = source["tokens"][0], source["tokens"][3]
            source["spans"].append(
                {"id": "gap", "start": a[0], "end": b[1], "pieces": [a, b], "label": "GAP"}
            )
        yield record


def damage(record: dict[str, Any], pick: random.Random) -> bytes:
    """One line that is wrong, or at least odd, in one way."""
    record = copy.deepcopy(record)
    how = pick.choice(DAMAGES)
    found = how(record, pick)
    return found if isinstance(found, bytes) else encode(record)


def damage_any(record: dict[str, Any], pick: random.Random) -> bytes:
    """As `damage`, for a document too; a way that this record does not allow is not taken."""
    while True:
        try:
            return damage(record, pick)
        except (KeyError, IndexError):
            continue


def encode(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    if path:
        yield path
    items: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = list(enumerate(value))[:4]
    for key, inner in list(items):
        yield from places(inner, (*path, key))


def put(record: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        record = record[key]
    record[path[-1]] = value


def wrong_value(record: Any, pick: random.Random) -> None:
    put(record, pick.choice(list(places(record))), pick.choice(ODD_VALUES))


def missing_value(record: Any, pick: random.Random) -> None:
    path = pick.choice([p for p in places(record) if isinstance(p[-1], str)])
    for key in path[:-1]:
        record = record[key]
    del record[path[-1]]


def cut_line(record: Any, pick: random.Random) -> bytes:
    data = encode(record)
    return data[: pick.randrange(len(data))]


def bad_bytes(record: Any, pick: random.Random) -> bytes:
    data = bytearray(encode(record))
    for _ in range(3):
        data[pick.randrange(len(data))] = pick.choice((0xFF, 0xC3, 0x80, 0x00, 0x22, 0x0D))
    return bytes(data).replace(b"\n", b" ")


def odd_text(record: Any, pick: random.Random) -> None:
    """Another text on a side, bare: valid, and hard on tokenisers and engines."""
    sides = pick.choice((["source"], ["target"], ["source", "target"]))
    for side in sides:
        text = pick.choice(ODD_TEXTS)
        spans = [{"id": "s", "start": 0, "end": len(text), "label": "L"}] if text else []
        if len(text) > 3:
            at = pick.randrange(len(text) - 1)
            spans.append(
                {"id": "t", "start": at, "end": pick.randint(at + 1, len(text)), "label": "M"}
            )
        record[side] = {"id": "x", "text": text, "lang": record[side]["lang"], "spans": spans}
    if pick.random() < 0.5:
        del record["alignment"]
    else:
        record["alignment"] = []


def shifted(record: Any, pick: random.Random) -> None:
    span = pick.choice(record["source"]["spans"])
    span[pick.choice(("start", "end"))] += pick.randint(-40, 40)


def surrogate(record: Any, pick: random.Random) -> bytes:
    data = encode(record)
    for word, broken in ((b"Maria", rb"\ud83d"), (b"Peter", rb"\udc00x"), (b" the ", rb" \ud83d ")):
        data = data.replace(word, broken)
    return data


def same_ids(record: Any, pick: random.Random) -> None:
    for span in record["source"]["spans"]:
        span["id"] = "s0"


def nested(record: Any, pick: random.Random) -> bytes:
    depth = pick.choice((50, 500, 5000))
    return b'{"text": "x", "meta": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


def other_shape(record: Any, pick: random.Random) -> bytes:
    shapes = [
        b"[]",
        b"null",
        b'"text"',
        b"12",
        b"{}",
        b'{"tokens": []}',
        b'{"tokens": ["a", ""], "ner_tags": ["O", "O"]}',
        b'{"tokens": ["a", "b"], "ner_tags": ["O", 3]}',
        b'{"tokens": ["a b", "c"], "ner_tags": ["B-X", "I-X"]}',
        b'{"context": "abc", "question": "q", "answers": {"text": ["b"], "answer_start": [1]}}',
        b'{"context": "abc", "question": "q", "answers": {"text": ["b"], "answer_start": [2]}}',
        b'{"source": "a", "target": "b", "alignment": [[0, 0]]}',
        b'{"source": "a", "target": null}',
        b"NaN",
        b'{"text": "a", "text": "b"}',
    ]
    return pick.choice(shapes)


def no_links(record: Any, pick: random.Random) -> None:
    del record["alignment"]


def document_only(record: Any, pick: random.Random) -> bytes:
    return encode(record["source"])


DAMAGES: list[Callable[[Any, random.Random], bytes | None]] = [
    wrong_value,
    wrong_value,
    missing_value,
    cut_line,
    bad_bytes,
    odd_text,
    odd_text,
    shifted,
    surrogate,
    same_ids,
    nested,
    other_shape,
    no_links,
    document_only,
]


def lines(count: int, seed: int = 1, data: Path | None = None) -> Iterator[bytes]:
    """Sound and damaged lines, one sound in three."""
    pick = random.Random(seed)
    for n, record in enumerate(sound(count, seed, data)):
        yield encode(record) if n % 3 == 0 else damage_any(record, pick)


STAGES: dict[str, dict[str, Any]] = {
    "translate": {"to": "es", "from": "en"},
    "align": {"engine": "hmm"},
    "project": {},
    "qa": {},
    "filter": {},
}


def through(name: str, options: dict[str, Any], source: Path, out: Path) -> dict[str, Any]:
    """Run one stage over the lines; what became of them."""
    start = time.monotonic()
    recipe = Recipe(stages=[StageSpec(stage=name, options=options)])
    job = Job(on_error="skip", force=True)
    try:
        summary = run(recipe, input=str(source), output=str(out), job=job)
    except ProjectorError as error:
        return {"stage": name, "error": f"{type(error).__name__}: {error}", "seconds": 0.0}
    return {
        "stage": name,
        "records": summary.records,
        "written": summary.written,
        "rejected": summary.rejected,
        "reasons": summary.reasons,
        "seconds": time.monotonic() - start,
    }


def documents(data: list[bytes]) -> list[bytes]:
    """What `translate` reads: the source sides, and every line that is no pair as it is."""
    found = []
    for line in data:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        pair = isinstance(value, dict) and isinstance(value.get("source"), dict)
        found.append(encode(value["source"]) if pair and value else line)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stages", default=",".join(STAGES))
    parser.add_argument("--data", type=Path, help="the folder of public data")
    options = parser.parse_args()
    data = list(lines(options.records, options.seed, options.data))
    bad = 0
    with tempfile.TemporaryDirectory(prefix="xproject-fuzz-") as folder:
        for name in options.stages.split(","):
            if name == "translate" and shutil.which("apertium") is None:
                print("translate  skipped: no Apertium")
                continue
            source = Path(folder) / f"{name}.in.jsonl"
            used = documents(data) if name == "translate" else data
            source.write_bytes(b"".join(line + b"\n" for line in used))
            wanted = sum(1 for line in used if line.strip())
            done = through(name, STAGES[name], source, Path(folder) / f"{name}.jsonl")
            if "error" in done:
                print(f"{name:10} {done['error']}")
                bad += 1
                continue
            adds_up = done["records"] == done["written"] + done["rejected"] == wanted
            faults = done["reasons"].get("stage_error", 0)
            bad += (not adds_up) + faults
            reasons = ", ".join(f"{k} {v}" for k, v in sorted(done["reasons"].items()))
            print(
                f"{name:10} {done['records']:6} in {done['written']:6} out {done['rejected']:6} "
                f"rejected {'adds up' if adds_up else 'DOES NOT ADD UP'} {done['seconds']:6.1f} s"
                f"  ({reasons})"
            )
            if faults:
                show_faults(Path(folder) / f"{name}.jsonl.rejected.jsonl")
    return 1 if bad else 0


def show_faults(path: Path) -> None:
    """The bugs, one of each kind."""
    seen = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        reject = json.loads(line)
        if reject["reason"] == "stage_error":
            where = reject["detail"].rpartition("(")[2]
            if where not in seen:
                seen.add(where)
                print(f"    {reject['detail'][:200]}\n      {reject['raw'][:300]}")


if __name__ == "__main__":
    sys.exit(main())
