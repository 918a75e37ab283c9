"""Hostile input against every command: odd files, odd fields, odd options, odd recipes.

    python tests/benchmarks/command_attacks.py --data DATA [--seed 1] [--count 600] [--only card,push]

`attacks.py` attacks the machinery of a run; this one the commands: all by general attacks, and those
in `own_attacks.py` by attacks of their own. Each attack is a process of its own (forked, so that it
costs no start) with a limit on time and memory, in a folder with files of the user's. Faults: an
exit code that is not documented, or not the one that is wanted, a traceback or an "internal error",
no sentence, a file of the user's that changed, half-written files left, a secret said or written,
counts that do not add up, a hang, too much memory.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
import own_attacks  # noqa: E402
import real_text  # noqa: E402
import zstandard  # noqa: E402
from own_attacks import Attack, Way  # noqa: E402
from typer.main import get_command  # noqa: E402

from projector.cli.main import COMMANDS, _app, hold_standard_streams  # noqa: E402
from projector.cli.main import main as xproject  # noqa: E402

CODES = {0, 1, 2, 3, 4, 130}
SECONDS = 60
MEGABYTES = 2500
TRANSFER = re.compile(r": (\d+) records read, (\d+) written, (\d+) rejected")

# What each command is given when nothing else is wrong; FILE is replaced.
CALLS: dict[str, list[str]] = {
    "translate": ["FILE", "--to", "es", "--engine", "bitext", "--model", "pairs.tsv", "-o", "out.jsonl"],
    "align": ["FILE", "-o", "out.jsonl"],
    "project": ["FILE", "-o", "out.jsonl"],
    "qa": ["FILE", "-o", "out.jsonl"],
    "filter": ["FILE", "-o", "out.jsonl", "--copies", "--duplicates", "--max-ratio", "3"],
    "convert": ["FILE", "-o", "out.jsonl"],
    "export": ["FILE", "-o", "out.conll", "--to", "conll"],
    "evaluate": ["FILE", "--gold", "gold.jsonl"],
    "calibrate": ["FILE", "--gold", "gold.jsonl", "-o", "out.json"],
    "report": ["FILE", "-o", "out.html"],
    "probe": ["FILE", "--gold", "gold.jsonl"],
    "pair": ["FILE", "target.jsonl", "-o", "out.jsonl"],
    "lexicon": ["train", "FILE", "-o", "out.lexicon", "--from", "en", "--to", "es"],
    "check": ["FILE"],
    "run": ["recipe.yaml", "-i", "FILE", "-o", "out.jsonl"],
    "compare": ["FILE", "-o", "out"],
    "card": ["FILE", "-o", "out.md"],
    "push": ["FILE", "--repo", "team/news", "--dry-run", "-o", "out"],
    "annotate": ["FILE", "-o", "out.jsonl"],
}  # fmt: skip
SKIPPING = {"translate", "align", "project", "qa", "filter", "convert", "export", "run", "annotate"}
VALUES: list[Any] = [
    None, True, False, -1, 0, 1.5, 10**30, -(10**19), 1e308, "", " ", "x", "\0", "\ud800", "\u202e",
    "x" * 70_000, "e\u0301" * 300, "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50, [], {}, [[]],
    [None], [-1], [[0, 0, 0]], [[0, 10**9]], {"a": {"b": []}}, ["\n"], "../../../etc/passwd",
    [{"id": "s0"}] * 3, list(range(3000)), {"": ""}, "\x1b[31m", "1", "NaN",
]  # fmt: skip
WORDS = [
    "", " ", "-1", "0", "1e999", "nan", "-inf", "99999999999999999999", "\U0001f4a5", "x" * 9000, "../notes.txt",
    "/dev/null/x", "\x1b[31m", "a,b,,c", "=", "k=v", "a=b=c", "{}", "[]", "true", "None", "es", "xx-YY", "auto",
    "FILE", "out.jsonl", "notes.txt", "no/such/file", ".", "%s%n", "utf-16", "rot13", "conll", "jsonl",
    "squad", "brat", "match+match", "hmm+", "+", "spans", "upos", "iob1", "token=0,tag=99999", "\\",
]  # fmt: skip
# They reach out to the network, wait for a reader, or write wherever they are told to by design.
NOBODY = "http://127.0.0.1:9"  # a proxy where nobody is: nothing goes out to the network
HEAVY = (
    "pyarrow.parquet",
    "mlcroissant",
    "numpy",
    "rich.table",
    "yaml",
    "msgspec",
    "httpx",
    "tenacity",
)
LEFT_OUT = {"--help", "-h", "--force", "--install-completion", "--show-completion", "--ray-address"}


def put(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def encode(value: Any) -> bytes:
    return json.dumps(value).encode()


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, inner ones too."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value[:2]):
            yield from paths_of(inner, (*path, n))


def with_value(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The record with another value at a place."""
    if not path:
        return value
    made = json.loads(json.dumps(record))
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return made


class Makers:
    """Files made from sound records."""

    def __init__(self, data: Path, pick: random.Random) -> None:
        self.pick = pick
        pairs = list(real_text.pairs(data, 40))
        self.pairs = [rich(pair) for pair in pairs]
        self.sources = [pair["source"] for pair in self.pairs]
        self.targets = [pair["target"] for pair in self.pairs]
        self.lines = b"".join(encode(pair) + b"\n" for pair in self.pairs)

    def records(self, command: str) -> list[Any]:
        """Sound records of the kind that a command reads."""
        return self.sources if command in ("translate", "pair") else self.pairs

    def field(self, command: str) -> tuple[str, Callable[[Path], object]]:
        """A few records, in one of them a place with a value that does not belong there."""
        records = list(self.records(command)[:6])
        n = self.pick.randrange(len(records))
        place = self.pick.choice(list(paths_of(records[n])))
        value = self.pick.choice(VALUES)
        records[n] = with_value(records[n], place, value)
        shown = repr(value)[:30]
        return f"{'.'.join(map(str, place))} = {shown}", put(
            b"\n".join(map(encode, records)) + b"\n"
        )

    def files(self) -> Iterator[tuple[str, str, Callable[[Path], object]]]:
        """Files that are broken, odd, or no files: description, name, maker."""
        lines = self.lines
        packed = gzip.compress(lines)
        zst = zstandard.compress(lines)
        yield "cut gzip", "in.jsonl.gz", put(packed[: len(packed) // 2])
        yield "gzip of nothing", "in.jsonl.gz", put(b"")
        yield "gzip that is none", "in.jsonl.gz", put(lines)
        yield "gzip with a tail", "in.jsonl.gz", put(packed + b"garbage")
        yield "flipped gzip", "in.jsonl.gz", put(packed[:200] + b"\xff" + packed[201:])
        yield "gzip bomb", "in.jsonl.gz", put(gzip.compress(b"\0" * 400_000_000, 1))
        yield "cut zstd", "in.jsonl.zst", put(zst[: len(zst) // 2])
        yield "zstd that is none", "in.jsonl.zst", put(lines)
        yield "zstd bomb", "in.jsonl.zst", put(zstandard.compress(b" " * 400_000_000))
        yield "empty", "in.jsonl", put(b"")
        yield "white space", "in.jsonl", put(b" \n\n\t\r\n")
        yield "BOM", "in.jsonl", put(b"\xef\xbb\xbf" + lines)
        yield "UTF-16", "in.jsonl", put(lines.decode().encode("utf-16"))
        yield "Latin-1", "in.jsonl", put('{"id": "é", "text": "é"}\n'.encode("latin-1"))
        yield "carriage returns", "in.jsonl", put(lines.replace(b"\n", b"\r"))
        yield "both line ends", "in.jsonl", put(lines.replace(b"\n", b"\r\n"))
        yield "NUL bytes", "in.jsonl", put(b"\0" * 100_000)
        yield "random bytes", "in.jsonl", put(random.Random(1).randbytes(100_000))
        yield "no last line end", "in.jsonl", put(lines.rstrip())
        yield (
            "one long line",
            "in.jsonl",
            put(b'{"id": "a", "text": "' + b"x " * 5_000_000 + b'"}\n'),
        )
        yield "deep", "in.jsonl", put(b"[" * 200_000)
        yield "many keys", "in.jsonl", put(encode({f"k{n}": n for n in range(100_000)}))
        yield "one word", "in.jsonl", put(encode({"id": "a", "text": "x" * 300_000}))
        yield "an array", "in.jsonl", put(encode(self.sources))
        yield (
            "one id",
            "in.jsonl",
            put(b"".join(encode({**p, "id": "same"}) + b"\n" for p in self.pairs)),
        )
        yield "a folder", "in.jsonl", lambda path: path.mkdir()
        yield "a loop of links", "in.jsonl", lambda path: path.symlink_to(path.name)
        yield "a link to nothing", "in.jsonl", lambda path: path.symlink_to("nowhere")
        yield "no file", "in.jsonl", lambda path: None
        yield "a device", "in.jsonl", lambda path: path.symlink_to("/dev/null")
        for name, text in FORMATS.items():
            for n in range(3):
                data = text.encode()
                if n:
                    at = self.pick.randrange(len(data))
                    data = (
                        data[:at]
                        + self.pick.choice((b"\0", b"\xff", b"{", b"\t", b""))
                        + data[at + n :]
                    )
                yield f"{name} {n}", name, put(data)

    def recipe(self, text: str) -> bytes:
        """A YAML file with a line lost, doubled, moved or with another value."""
        lines = text.splitlines()
        for _ in range(self.pick.randint(1, 3)):
            n = self.pick.randrange(len(lines))
            how = self.pick.randrange(4)
            if how == 0 and len(lines) > 1:
                del lines[n]
            elif how == 1:
                lines.insert(n, lines[n])
            elif how == 2:
                lines[n] = " " * self.pick.randrange(5) + lines[n]
            else:
                key, colon, _ = lines[n].partition(":")
                lines[n] = f"{key}{colon} {self.pick.choice(WORDS)}"
        return "\n".join(lines).encode("utf-8", "surrogatepass")


# The starts of other formats, sound; copies get a byte changed.
FORMATS = {
    "in.conll": "EU B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\n\n",
    "in.conllu": "# sent_id = 1\n# text = Eu sei\n1-2\tEu\t_\t_\t_\t_\t_\t_\t_\t_\n1\tEu\teu\tPRON\t_\t_\t2\tnsubj\t_\t_\n"
    "2\tsei\tsaber\tVERB\t_\t_\t0\troot\t_\t_\n\n",
    "in.json": '{"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "Anna lives.", "qas": '
    '[{"id": "q", "question": "Who?", "answers": [{"text": "Anna", "answer_start": 0}]}]}]}]}',
    "in.tsv": "Anna lives.\tAnna vive.\nShe works.\tTrabaja.\n",
    "in.txt": "Anna lives.\nShe works.\n",
    "in.csv": "id,text\n1,Anna\n2,\"a\nb\"\n",
    "in.talp": "0-0 1-1\n",
}  # fmt: skip
GRID = """input: in.jsonl
steps:
  - [{stage: align, engine: hmm}]
  - [{as: a, stage: project, method: match}, {stage: project, method: match, min_score: 0.5}]
"""
RECIPE = """documentation: r
stages:
  - stage: align
    engine: hmm
  - stage: project
    method: match
    min_score: 0.1
  - stage: filter
    copies: true
"""


def rich(pair: dict[str, Any]) -> dict[str, Any]:
    """The pair with something in every layer of its source and target."""
    source, target = dict(pair["source"]), dict(pair["target"])
    first = source.get("spans") or [{"id": "s0", "start": 0, "end": 1, "label": "X"}]
    source["spans"] = first
    source["relations"] = [{"label": "r", "head": first[0]["id"], "tail": first[-1]["id"]}]
    source["clusters"] = [[first[0]["id"]]]
    source["questions"] = [{"id": "q0", "text": "Who?", "lang": "en", "answers": [first[0]["id"]]}]
    source["labels"], source["meta"] = {"topic": "news"}, {"note": 1}
    for side in (source, target):
        side["tokens"] = [list(m.span()) for m in re.finditer(r"\S+", side["text"])]
    target["spans"] = [
        {"id": f"s{n}", "start": start, "end": end, "label": "X", "score": 0.4 + n / 10}
        for n, (start, end) in enumerate(target["tokens"][:2])
    ]
    links = [[n, n, 0.9] for n in range(min(len(source["tokens"]), len(target["tokens"])))]
    whole = [0, len(source["text"]), 0, len(target["text"])]
    return {
        **pair, "source": source, "target": target, "alignment": links, "segments": [whole], "meta": {"k": "v"},
        "steps": [{"stage": "translate", "engine": "e"}],
        "dropped": [{"reason": "no_links", "span": first[-1]["id"]}],
    }  # fmt: skip


class Attacks:
    """The attacks, one after another, and what came of them."""

    def __init__(self, data: Path, folder: Path, seed: int, servers: own_attacks.Servers) -> None:
        self.folder, self.pick = folder, random.Random(seed)
        self.servers = servers
        self.makers = Makers(data, self.pick)
        self.totals: Counter[str] = Counter()
        self.codes: Counter[int] = Counter()
        self.faults: list[str] = []
        self.slowest, self.largest = (0.0, ""), (0, "")

    def plan(self, count: int) -> Iterator[Attack]:
        """Every command undisturbed, odd files and outputs, ``count`` attacks on fields, options
        and recipes, and the commands' own."""
        for command in sorted(CALLS):
            yield Attack("sound", command, [command, *CALLS[command]], put(self.sound(command)))
        for description, name, make in self.makers.files():
            for command in ("align", "convert", "export", "evaluate", "report"):
                if self.pick.random() < 0.5:
                    yield Attack(
                        "file", f"{command}: {description}", self.call(command), make, name
                    )
        for _ in range(count // 3):
            command = self.pick.choice(sorted(CALLS.keys() - {"compare", "check"}))
            what, make = self.makers.field(command)
            yield Attack("field", f"{command}: {what}", self.call(command), make)
        options = {command: list(options_of(command)) for command in CALLS}
        for _ in range(count // 3):
            command = self.pick.choice(sorted(CALLS))
            words = self.call(command)
            for _again in range(self.pick.randint(1, 2)):
                option = self.pick.choice(options[command])
                flag = option.is_flag
                words += [self.pick.choice(option.opts)] + (
                    [] if flag else [self.pick.choice(WORDS)]
                )
            shown = " ".join(w[:40] for w in words)
            yield Attack("option", f"{command}: {shown}", words, put(self.sound(command)))
        for _ in range(count // 3):
            command, text = self.pick.choice(
                (("check", RECIPE), ("run", RECIPE), ("compare", GRID))
            )
            yaml = self.makers.recipe(text)
            words = [command, "odd.yaml", *self.call(command)[2:]]
            words = ["FILE.in" if word == "FILE" else word for word in words]
            shown = yaml.decode(errors="replace")
            yield Attack("recipe", f"{command}: {shown}", words, put(yaml), "odd.yaml")
        for command in sorted(CALLS.keys() - {"compare", "check", "evaluate", "probe"}):
            for output in ("in.jsonl", "./in.jsonl", "link.jsonl", "notes.txt", "folder", "no/x"):
                words = self.call(command)
                words[words.index("-o") + 1] = output
                for more in ([], ["--force"]):
                    if output == "notes.txt" and more:
                        continue  # that is what --force is for
                    yield Attack(
                        "output",
                        f"{command} -o {output} {more}",
                        words + more,
                        put(self.sound(command)),
                    )
        yield from own_attacks.OwnAttacks(self.makers.lines, self.servers).all()

    def sound(self, command: str) -> bytes:
        """A file that the command can work on."""
        if command in ("check", "compare"):
            return (
                RECIPE if command == "check" else GRID.replace("in.jsonl", "all.jsonl")
            ).encode()
        if command == "lexicon":
            return b"Anna lives .\tAnna vive .\nShe works .\tElla trabaja .\n"
        count = 40 if command == "calibrate" else 6  # it wants fifty spans
        return b"".join(encode(record) + b"\n" for record in self.makers.records(command)[:count])

    def call(self, command: str) -> list[str]:
        more = ["--on-error", "skip"] if command in SKIPPING and self.pick.random() < 0.7 else []
        return [command, *CALLS[command], *more]

    def run(self, attack: Attack) -> None:
        """In a fresh folder, with files that must be there afterwards as they were."""
        base = self.folder / "attack"
        shutil.rmtree(base, ignore_errors=True)
        (base / "folder").mkdir(parents=True)
        (base / "notes.txt").write_text("mine\n")
        (base / "folder" / "kept.txt").write_text("mine\n")
        (base / "gold.jsonl").write_bytes(b"".join(encode(t) + b"\n" for t in self.makers.targets))
        (base / "target.jsonl").write_bytes(
            b"".join(encode(t) + b"\n" for t in self.makers.targets[:6])
        )
        pairs = zip(self.makers.sources, self.makers.targets, strict=True)
        table = "".join(f"{s['text']}\t{t['text']}\n" for s, t in pairs)
        (base / "pairs.tsv").write_text(f"{table}Who?\t¿Quién?\n")
        (base / "recipe.yaml").write_text(RECIPE)
        (base / "all.jsonl").write_bytes(self.makers.lines)
        for name, made in attack.way.files.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (put(made) if isinstance(made, bytes) else made)(base / name)
        attack.make(base / attack.file)
        if attack.family == "recipe":
            (base / "in.jsonl").write_bytes(self.makers.lines)
        (base / "link.jsonl").symlink_to("in.jsonl")
        before = contents(base)
        words = [
            w.replace("FILE.in", "in.jsonl").replace("FILE", attack.file) for w in attack.words
        ]
        code, said, seconds, megabytes = forked(words, base, attack.way)
        wrong = self.wrong(attack, code, said, base, before)
        self.slowest = max(self.slowest, (seconds, attack.name[:60]))
        self.largest = max(self.largest, (megabytes, attack.name[:60]))
        self.totals[attack.family] += 1
        self.codes[code] += 1
        if wrong:
            self.faults.append(f"{attack.family}: {attack.name[:400]}: {wrong}\n    {said[-300:]}")
            print(self.faults[-1], flush=True)

    def wrong(
        self, attack: Attack, code: int, said: str, base: Path, before: dict[str, str]
    ) -> str:
        """What is wrong with how it ended, "" if nothing."""
        if code not in CODES:
            return {999: "hangs"}.get(code, f"exit code {code}")
        for bad in ("Traceback", "internal error"):
            if bad in said:
                return bad
        if attack.family == "sound" and code:
            return f"exit code {code} undisturbed"
        if attack.way.code not in (None, code):
            return f"exit code {code}, wanted {attack.way.code}"
        if code and not said.strip() and attack.way.stream != "2>&-":
            return "no sentence"
        if "\x1b" in said:
            return "steers the terminal"
        if secret := self.secret(said, base):
            return f"a secret in {secret}"
        if half := [path.name for path in base.rglob("*.part") if "cache" not in path.parts]:
            return f"half-written {half}"
        after = contents(base)
        changed = [name for name in before if after.get(name) != before[name]]
        if changed:
            return f"changed the user's {', '.join(changed)}"
        for path in filter(Path.is_file, base.glob("*.run.json")):
            if path.name in before or "counts" not in json.loads(path.read_bytes()):
                continue
            counts = json.loads(path.read_text())["counts"]
            if counts["records"] != counts["written"] + counts["rejected"]:
                return f"counts that do not add up: {counts}"
            out = Path(str(path).removesuffix(".run.json"))
            if out.is_file() and out.suffix == ".jsonl":
                lines = out.read_bytes().count(b"\n")
                if lines != counts["written"]:
                    return f"{lines} lines, {counts['written']} said"
        if (base / "evil").exists():
            return "did what a file told it to"
        found = TRANSFER.search(said)
        if found and attack.words[0] == "convert":
            read, written, rejected = map(int, found.groups())
            if read != written + rejected:
                return f"{read} read, {written} written, {rejected} rejected"
        return ""

    def secret(self, said: str, base: Path) -> str:
        """Where a token or password stands, "" if nowhere."""
        printed = self.folder / "printed"
        places = [p for p in base.rglob("*") if p.is_file() and p.stat().st_size < 1_000_000]
        for secret in own_attacks.SECRETS:
            if secret in said:
                return "what was said"
            for path in (printed, *places):
                if path.exists() and secret.encode() in path.read_bytes():
                    return path.name
        return ""


def contents(folder: Path) -> dict[str, str]:
    """A digest of each file, links by what they say."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = f"link {os.readlink(path)}"
        elif path.is_file() and (path.name == "thesis.tex" or "cache" not in path.parts):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = digest
    return found


def options_of(command: str) -> Iterator[Any]:
    """The options of a command, but for those in LEFT_OUT."""
    click = get_command(_app([command]))
    called = getattr(click, "commands", {}).get(command, click)
    for param in called.params:
        if param.param_type_name == "option" and not LEFT_OUT.intersection(param.opts):
            yield param


def forked(words: list[str], folder: Path, way: Way) -> tuple[int, str, float, int]:
    """Run the program in a copy of this process; exit code (999: it hung), what it said on
    standard error, seconds and megabytes."""
    said, printed = folder.parent / "said", folder.parent / "printed"
    start = time.monotonic()
    child = os.fork()
    if not child:
        code = 70
        try:
            os.chdir(folder)
            error = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            null = os.open(os.devnull, os.O_RDWR)
            place = "/dev/full" if way.stream == ">/dev/full" else printed
            output = os.open(place, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            for number, stream in enumerate((null, output, error)):
                os.dup2(stream, number)
            os.setsid()
            os.environ |= {"XPROJECT_CACHE": str(folder / "cache"), **way.env}
            as_the_shell_closes(way.stream)
            hold_standard_streams()
            code = xproject(words)
            try:  # as Python does at its end
                if sys.stdout is not None:
                    sys.stdout.flush()
            except OSError:
                code = 120
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, AttributeError):
                sys.stderr.flush()
            os._exit(code)
    largest = 0
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            largest = usage.ru_maxrss // 1024
            break
        if time.monotonic() - start > SECONDS:
            os.killpg(child, signal.SIGKILL)
            os.wait4(child, 0)
            return 999, "", SECONDS, 0
        time.sleep(0.01)
    code = os.waitstatus_to_exitcode(status)
    text = said.read_text(errors="replace") if said.exists() else ""
    if largest > MEGABYTES:
        code, text = 998, f"{largest} MB"
    return code, text, time.monotonic() - start, largest


def as_the_shell_closes(stream: str) -> None:
    """Close a standard stream as a new Python finds it where the shell has closed it."""
    number = {"<&-": 0, ">&-": 1, "2>&-": 2}.get(stream)
    if number is not None:
        os.close(number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=450)
    parser.add_argument("--only", default="", help="families, with commas between")
    options = parser.parse_args()
    os.environ |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
    os.environ |= {"HTTPS_PROXY": NOBODY, "HTTP_PROXY": NOBODY, "NO_PROXY": "127.0.0.1,localhost"}
    assert set(CALLS) <= set(COMMANDS), set(CALLS) - set(COMMANDS)
    for module in HEAVY:  # once, not in each fork
        with contextlib.suppress(ImportError):
            import_module(module)
    with (
        tempfile.TemporaryDirectory(prefix="xproject-attacks-") as temporary,
        own_attacks.serving() as servers,
    ):
        attacks = Attacks(options.data, Path(temporary), options.seed, servers)
        for attack in attacks.plan(options.count):
            if not options.only or attack.family in options.only.split(","):
                attacks.run(attack)
    total = sum(attacks.totals.values())
    each = ", ".join(f"{family} {count}" for family, count in sorted(attacks.totals.items()))
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(attacks.codes.items()))
    print(
        f"{total} attacks ({each}): {total - len(attacks.faults)} held, {len(attacks.faults)} not"
    )
    print(f"exit codes {codes}; slowest {attacks.slowest[0]:.1f} s ({attacks.slowest[1]}); ")
    print(f"largest {attacks.largest[0]} MB ({attacks.largest[1]})")
    return 1 if attacks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
