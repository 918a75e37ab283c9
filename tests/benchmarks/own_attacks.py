"""Attacks of their own on the commands that `command_attacks.py` cannot reach by its general ones.

card, push, generate, annotate, models, demo, doctor, lexicon and compare: each with odd inputs,
odd outputs and odd streams, and with what only that command reads: cards' scores, hubs and tokens,
specifications and servers, taggers, stores of models, folders of samples, dictionaries, grids.
`command_attacks.py` runs them and says what counts as a fault.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[[Path], object]
TOKEN = "hf_right"
PASSWORD = "pw-that-nobody-sees"
SECRETS = (TOKEN, PASSWORD)  # in no output and no message


class Way(NamedTuple):
    """How an attack is started, and how it must end.

    Attributes:
        env: variables of the environment.
        stream: one that is odd: "<&-", ">&-", "2>&-", ">/dev/full", "</dev/null".
        files: what lies in the folder besides.
        code: the exit code that is wanted, where only one is right.
    """

    env: Mapping[str, str] = MappingProxyType({})
    stream: str = ""
    files: Mapping[str, bytes | Make] = MappingProxyType({})
    code: int | None = None


class Attack(NamedTuple):
    """A command line, and what makes the file that it is about."""

    family: str
    name: str
    words: list[str]
    make: Make
    file: str = "in.jsonl"
    way: Way = Way()


class Servers(NamedTuple):
    """Addresses: a hub, one that fails at the commit, a chat server, a port where nobody is."""

    hub: str
    broken_hub: str
    chat: str
    nobody: str = "http://127.0.0.1:9"


HUBS = """
from contextlib import ExitStack
import sys
from tests.publishing.hub_server import serving
with ExitStack() as stack:
    good, bad = stack.enter_context(serving()), stack.enter_context(serving())
    bad.fails_at_commit = True
    print(good.url, bad.url, flush=True)
    sys.stdin.read()
"""
GOOD = "El lunes quiero ir al mercado de Santander a las siete de la tarde, por favor."
# What the chat server answers to a specification whose intent is called so.
ANSWERS: dict[str, list[Any]] = {
    "good-": [json.dumps({"texts": [GOOD]})],
    "html-": ["<html>gateway</html>"],
    "null-": ["null"],
    "deep-": ["[" * 5000],
    "numbers-": ['{"texts": [5, null, {}]}'],
    "surrogates-": ['{"texts": ["\\ud800 lunes"]}'],
    "long-": [json.dumps({"texts": ["lunes " * 200_000]})],
    "many-": [json.dumps({"texts": ["lunes"] * 20_000})],
    "escapes-": [json.dumps({"texts": ["\x1b[31m lunes \x00"]})],
    "length-": [{"content": '{"texts": ["El lu', "finish_reason": "length"}],
    "refuses-": [{"status": 401}],
    "fails-": [{"status": 500}],
    "asks-to-wait-": [{"status": 429}],
    "moved-": [{"status": 302}],
    "teapot-": [{"status": 418}],
}


@contextmanager
def serving() -> Iterator[Servers]:
    """The servers, as processes of their own: the attacks are forks of this one."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.json"
        script.write_text(json.dumps(ANSWERS))
        chat = [sys.executable, str(ROOT / "tests" / "models" / "scripted_server.py"), str(script)]
        started = [
            subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for command in ([sys.executable, "-c", HUBS], chat)
        ]
        try:
            said = [process.stdout.readline().split() for process in started if process.stdout]
            yield Servers(*said[0], f"http://127.0.0.1:{said[1][0]}/v1")
        finally:
            for process in started:
                process.kill()
                process.communicate()


def folder_of(files: dict[str, bytes]) -> Make:
    """Makes a folder with files."""

    def make(path: Path) -> None:
        path.mkdir(parents=True)
        for name, data in files.items():
            (path / name).write_bytes(data)

    return make


def nothing(path: Path) -> None:
    """Makes no file."""


SPEC = """task: Utterances that people say to a voice assistant.
lang: es
items:
  - labels: {intent: good-}
    slots:
      day: [lunes]
      place: {gazetteer: places.txt}
    examples: [Despiértame a las seis.]
    count: 1
"""
GRID = """input: all.jsonl
steps:
  - [{stage: filter, copies: true}]
  - [{as: a, stage: filter, max_ratio: 3}, {stage: filter, max_ratio: 9}]
"""
WORDS = b"house\tcasa\nred house\tcasa roja\n"
MODEL = {
    "model.enes.intgemm.alphas.bin": b"m" * 3000,
    "vocab.enes.spm": b"v" * 300,
    "lex.50.50.enes.s2t.bin": b"l" * 300,
}


class Command(NamedTuple):
    """A command line with IN and OUT, a sound input for it, and whether OUT is a folder."""

    words: list[str]
    sound: Make
    folder: bool = False
    file: str = "in.jsonl"


class OwnAttacks:
    """All of them, made from sound lines of pairs."""

    def __init__(self, lines: bytes, servers: Servers) -> None:
        self.lines, self.servers = lines, servers
        self.pick = random.Random(7)
        self.hub = {"HF_ENDPOINT": servers.hub, "HF_HUB_OFFLINE": "0", "HF_TOKEN": TOKEN}
        url = f"url={servers.chat}"
        self.commands = {
            "card": Command(["card", "IN", "-o", "OUT"], self._put(lines)),
            "push": Command(["push", "IN", "--repo", "team/news", "-o", "OUT"], self._put(lines), True),
            "generate": Command(
                ["generate", "IN", "--model", "m", "--set", url, "--set", "retries=0", "-o", "OUT"],
                self._put(SPEC), file="in.yaml",
            ),
            "annotate": Command(["annotate", "IN", "-o", "OUT"], self._put(lines)),
            "models": Command(["models", "add", "en", "es", "--from", "IN"], folder_of(MODEL), file="in"),
            "demo": Command(["demo", "IN", "-o", "OUT"], folder_of({"a.jsonl": lines}), True, "in"),
            "lexicon": Command(["lexicon", "import", "IN", "-o", "OUT"], self._put(WORDS), file="in.tsv"),
            "compare": Command(["compare", "IN", "-o", "OUT"], self._put(GRID), True, "in.yaml"),
            "doctor": Command(["doctor"], nothing),
        }  # fmt: skip

    def all(self) -> Iterator[Attack]:
        """General ones on each command, then each command's own."""
        for name in self.commands:
            yield from self.inputs(name)
            yield from self.outputs(name)
            yield from self.streams(name)
            yield from getattr(self, name)()

    def attack(self, command: str, name: str, *words: str, **more: Any) -> Attack:
        """An attack with the words given, or else the command's own with OUT put in.

        ``more``: out, make, file, and the fields of `Way`.
        """
        base = self.commands[command]
        file = more.pop("file", base.file)
        out = more.pop("out", "out" if base.folder else "out.x")
        put = {"IN": file, "OUT": out}
        given = [put.get(w, w) for w in (words if words[:1] == (command,) else base.words)]
        given += [put.get(w, w) for w in (() if words[:1] == (command,) else words)]
        files = {"places.txt": b"Santander\n", **more.pop("files", {})}
        env = {**(self.hub if command == "push" else {}), **more.pop("env", {})}
        make = more.pop("make", base.sound)
        make = self._put(make) if isinstance(make, bytes | str) else make
        return Attack(command, name, given, make, file, Way(env=env, files=files, **more))

    @staticmethod
    def _put(data: bytes | str) -> Make:
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        return lambda path: path.write_bytes(raw)

    # -- on every command -------------------------------------------------------------------

    def inputs(self, command: str) -> Iterator[Attack]:
        """Its input is missing, no file, damaged, or of an odd name."""
        if "IN" not in self.commands[command].words:
            return
        whole = command in ("card", "push", "annotate", "lexicon")
        ending = Path(self.commands[command].file).suffix
        odd: dict[str, tuple[str, Make | bytes]] = {
            "no file": ("none.jsonl", nothing),
            "a dead link": ("dead", lambda path: path.symlink_to("nowhere")),
            "a loop": ("loop", lambda path: path.symlink_to(path.name)),
            "an empty folder": ("void", lambda path: path.mkdir()),
            "a folder of the user's": ("folder2", folder_of({"thesis.tex": b"mine"})),
            "nothing in it": (f"in{ending}", b""),
            "white space": (f"in{ending}", b" \n\r\n\t\n"),
            "zeros": (f"in{ending}", b"\0" * 50_000),
            "random bytes": (f"in{ending}", random.Random(3).randbytes(50_000)),
            "UTF-16": (f"in{ending}", self.lines.decode().encode("utf-16")),
            "half": (f"in{ending}", self.lines[: len(self.lines) // 3]),
            "deep": (f"in{ending}", b"[" * 100_000),
            "cut gzip": (f"in{ending or '.jsonl'}.gz", gzip.compress(self.lines)[:900]),
            "null": ("/dev/null", nothing),
        }
        for name, (file, make) in odd.items():
            yield self.attack(command, f"input: {name}", file=file, make=make)
        names = ["a b.x", "new\nline.x", "\x1b[31m.x", "*.x", "%s.x", "é" * 60]
        for name in names:
            named = f"{name}{'.tsv' if whole and command == 'lexicon' else ending}"
            yield self.attack(command, f"input: {name!r}", file=named, code=0)
        yield self.attack(
            command, "input: an empty name", *self._with("IN", "", command), code=None
        )
        yield self.attack(command, "input: a long name", *self._with("IN", "x" * 5000, command))
        yield self.attack(command, "input: - closed", *self._with("IN", "-", command), stream="<&-")
        yield self.attack(
            command, "input: - empty", *self._with("IN", "-", command), stream="</dev/null"
        )

    def _with(self, place: str, value: str, command: str) -> list[str]:
        return [value if word == place else word for word in self.commands[command].words]

    def outputs(self, command: str) -> Iterator[Attack]:
        """Its output is the input, the user's, no place to write to, or of an odd name."""
        if "OUT" not in self.commands[command].words:
            return
        file, is_folder = self.commands[command].file, self.commands[command].folder
        same = [file, f"./{file}", "twin", f"folder/../{file}"]
        for out in same:
            for more in ([], ["--force"]):
                link = {"twin": lambda path: path.symlink_to(path.with_name(file))}
                yield self.attack(command, f"output: {out} {more}", *more, out=out, files=link)
        for out in ("notes.txt", "folder", "folder/kept.txt"):
            yield self.attack(command, f"output: {out}", out=out)
        if is_folder:
            for out in ("notes.txt", "folder", ".", "..", "folder/kept.txt/x"):
                yield self.attack(command, f"output: {out} --force", "--force", out=out)
        for out in (
            "no/x",
            "",
            " ",
            "/dev/full",
            "/proc/version",
            "/",
            "x" * 300,
            "new\nline",
            "\x1b[31m",
        ):
            yield self.attack(command, f"output: {out[:20]!r}", out=out)
        yield self.attack(command, "output: a dead link", out="dead", files={
            "dead": lambda path: path.symlink_to("no/where")})  # fmt: skip
        if not is_folder:
            yield self.attack(command, "output: -", out="-", code=0)
            yield self.attack(command, "output: - closed", out="-", stream=">&-", code=2)
            yield self.attack(command, "output: - full", out="-", stream=">/dev/full", code=3)
            yield self.attack(command, "output: no suffix", out="plain", code=0)
            yield self.attack(command, "output: gz", out="out.gz", code=0)
            yield self.attack(command, "output: zst", out="out.zst", code=0)

    def streams(self, command: str) -> Iterator[Attack]:
        """A standard stream is closed, or full; options that no command has."""
        for stream in ("<&-", ">&-", "2>&-", ">/dev/full"):
            yield self.attack(command, f"stream: {stream}", stream=stream)
        for words in (
            ["--nope"],
            ["--force=maybe"],
            ["extra"] * 3,
            ["--"],
            ["--set"],
            ["--json=1"],
        ):
            yield self.attack(command, f"options: {words}", *words)

    # -- on one command ---------------------------------------------------------------------

    def card(self) -> Iterator[Attack]:
        """Scores, notes and names that are no such thing; outputs that are one file."""
        scores = json.dumps(
            {"spans": {"strict": {"precision": 1, "recall": 1, "f1": 1, "gold": 5}}}
        )
        mine = {"s.json": scores.encode(), "in.jsonl.run.json": b'{"counts": {}}'}
        for out in ("s.json", "in.jsonl.run.json", "./s.json"):
            yield self.attack("card", f"-o {out} --force", "--scores", "s.json", "--force", out=out,
                              files=mine, code=2)  # fmt: skip
            yield self.attack("card", f"--croissant {out} --force", "--scores", "s.json", "--force",
                              "--croissant", out, files=mine, code=2)  # fmt: skip
        shards = {"shards": folder_of({"a.jsonl": self.lines, "b.jsonl": self.lines})}
        for given in ("shards", "shards/*.jsonl", "train=shards"):
            for more in ([], ["--force"]):
                yield self.attack("card", f"{given} -o shards/a.jsonl {more}", "card", given, "-o",
                                  "shards/a.jsonl", *more, files=shards, code=2)  # fmt: skip
        for croissant in ("README.md", "./README.md", "folder/../README.md"):
            for more in ([], ["--force"]):
                yield self.attack("card", f"both {croissant} {more}", "--croissant", croissant, *more,
                                  out="README.md", code=2)  # fmt: skip
        yield self.attack("card", "both -", "--croissant", "-", out="-", code=2)
        yield self.attack("card", "croissant = input", "--croissant", "in.jsonl", "--force", code=2)
        for n, notes in enumerate(ODD_NOTES):
            yield self.attack(
                "card", f"notes {n}: {notes[:40]!r}", files={"in.jsonl.run.json": notes}
            )
        yield self.attack("card", "notes: a folder",
                          files={"in.jsonl.run.json": lambda path: path.mkdir()})  # fmt: skip
        for n, odd in enumerate(ODD_SCORES):
            yield self.attack("card", f"scores {n}: {odd[:40]!r}", "--scores", "s.json",
                              files={"s.json": odd})  # fmt: skip
        for scores_file in ("none.json", "folder", "/dev/null", ""):
            yield self.attack("card", f"scores {scores_file!r}", "--scores", scores_file)
        for text in ODD_TEXTS:
            for option in ("--title", "--license", "--source", "--description"):
                yield self.attack("card", f"{option} {text[:30]!r}", option, text)
        yield from self._splits("card", [])

    def _splits(self, command: str, more: list[str]) -> Iterator[Attack]:
        """Names of splits, and what stands in the records of one."""
        for words in (
            ["=in.jsonl"], ["train="], ["a/../b=in.jsonl"], ["é=in.jsonl"], ["a=b=in.jsonl"],
            ["train=in.jsonl", "train=all.jsonl"], ["in.jsonl", "all.jsonl"], ["x" * 300 + "=in.jsonl"],
            ["train=in.jsonl", "test=in.jsonl"], ["a.b.=in.jsonl"], ["all=in.jsonl"], [],
        ):  # fmt: skip
            yield self.attack(
                command, f"splits {str(words)[:50]}", command, *words, *more, "-o", "out"
            )
        first = json.loads(self.lines.splitlines()[0])
        for text in ODD_TEXTS:
            odd = json.loads(json.dumps(first))
            odd["target"]["lang"] = text
            for span in odd["target"]["spans"]:
                span["label"] = text
            odd["target"]["labels"] = {text: text}
            odd["target"]["meta"] = {text: 1}
            odd["steps"] = [{"stage": "translate", "engine": text, "model": text}]
            line = json.dumps(odd).encode() + b"\n"
            yield self.attack(command, f"records say {text[:30]!r}", make=line)
        mixed = []
        for value in (1, "a", None, [1], {"b": 2}, 10**30, 1.5, True, "\ud800", "\0"):
            odd = json.loads(json.dumps(first))
            odd["target"]["meta"], odd["meta"] = {"k": value}, {"k": value}
            odd["id"] = f"r{len(mixed)}"
            mixed.append(json.dumps(odd).encode())
        yield self.attack(command, "meta of every kind", make=b"\n".join(mixed))

    def push(self) -> Iterator[Attack]:
        """Tokens, hubs, names and folders."""
        for token, code in (("", 2), (" ", 2), ("wrong", 2), (f"{TOKEN}\nX: y", None), (f"é{TOKEN}", None),
                            (TOKEN + "x" * 100_000, None), ("a b\tc", None)):  # fmt: skip
            yield self.attack("push", f"token {token[:12]!r}", env={"HF_TOKEN": token}, code=code)
        hub, nobody = self.servers.hub, self.servers.nobody
        host = hub.removeprefix("http://")
        for address in (
            nobody, "nonsense", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999", "file:///etc/passwd",
            f"http://me:{PASSWORD}@{host}", f"http://me:{PASSWORD}@127.0.0.1:9", f"{hub}/nothing/here",
            self.servers.chat, self.servers.broken_hub, f"{hub}?api_key={PASSWORD}", f"{hub}#x", "\x1b[31m",
            "http://[::1", "http://127.0.0.1:abc", "//127.0.0.1", "é", f"{hub}\nX-Evil: 1",
        ):  # fmt: skip
            yield self.attack("push", f"--endpoint {address[:40]!r}", "--endpoint", address)
            yield self.attack("push", f"HF_ENDPOINT {address[:40]!r}", env={"HF_ENDPOINT": address})
        for repo in ("x", "a/b/c", "../x", "a/..", "a/b.git", "-/-", "é/x", f"a/{'x' * 97}", "a/b\n", " a/b",
                     "a/-b", "a/b--c", "/", "a/"):  # fmt: skip
            yield self.attack("push", f"--repo {repo[:20]!r}", "--repo", repo, code=2)
        packed = {"data": folder_of({"pt.jsonl.gz": gzip.compress(self.lines)})}
        for given, out in (
            ("data/pt.jsonl.gz", "data"), ("data", "data"), ("data/*.gz", "./data"),
            ("train=data/pt.jsonl.gz", "folder/../data"), ("data/pt.jsonl.gz", "link"),
        ):  # fmt: skip
            for more in ([], ["--force"]):
                files = {**packed, "link": lambda path: path.symlink_to("data")}
                yield self.attack("push", f"{given} -o {out} {more}", "push", given, "--dry-run", "-o", out,
                                  *more, files=files, code=2)  # fmt: skip
        notes = {"in2": folder_of({"a.jsonl.gz": gzip.compress(self.lines)})}
        yield self.attack("push", "-o folder of the scores", "--dry-run", "--scores", "d/s.run.json", "--force",
                          out="d", files={**notes, "d": folder_of({"s.run.json": ODD_SCORES[-1]})}, code=2)  # fmt: skip
        for out in ("out/", "./out", "link", "empty"):
            files = {
                "link": lambda path: path.symlink_to("folder"),
                "empty": lambda path: path.mkdir(),
            }
            yield self.attack("push", f"-o {out}", "--dry-run", out=out, files=files)
            yield self.attack(
                "push", f"-o {out} --force", "--dry-run", "--force", out=out, files=files
            )
        dead = {"d": lambda path: (path.mkdir(), (path / "mine").symlink_to("elsewhere"))}
        yield self.attack(
            "push",
            "-o with a dead link --force",
            "--dry-run",
            "--force",
            out="d",
            files=dead,
            code=2,
        )
        pipe = {"d": lambda path: (path.mkdir(), os.mkfifo(path / "mine"))}
        yield self.attack(
            "push", "-o with a pipe --force", "--dry-run", "--force", out="d", files=pipe, code=2
        )
        inner = {"d": lambda path: (path / "mine").mkdir(parents=True)}
        yield self.attack(
            "push", "-o with folders --force", "--dry-run", "--force", out="d", files=inner
        )
        yield self.attack("push", "nothing to push to", "push", "in.jsonl", "-o", "out", code=2)
        yield self.attack("push", "whole", code=0)
        yield self.attack(
            "push", "no folder kept", "push", "in.jsonl", "--repo", "team/news", code=0
        )
        yield self.attack("push", "private", "--private", code=0)
        for n, odd in enumerate(ODD_NOTES):
            yield self.attack(
                "push", f"notes {n}: {odd[:40]!r}", "--dry-run", files={"in.jsonl.run.json": odd}
            )
        yield from self._splits("push", ["--dry-run"])

    def generate(self) -> Iterator[Attack]:
        """Specifications, gazetteers, servers and what they answer."""
        for n, spec in enumerate(ODD_SPECS):
            yield self.attack("generate", f"spec {n}: {spec[:60]!r}", make=spec)
        for name in (
            "none.txt",
            "folder",
            ".",
            "/dev/zero",
            "/dev/null",
            "in.yaml",
            "",
            "\\0",
            "bytes",
        ):
            files = {"bytes": random.Random(2).randbytes(5000)}
            yield self.attack("generate", f"gazetteer {name!r}", files=files,
                              make=SPEC.replace("places.txt", f'"{name}"'))  # fmt: skip
        yield self.attack("generate", "a huge gazetteer", files={"places.txt": b"x" * 40_000_000})
        yield self.attack("generate", "a million places",
                          files={"places.txt": b"".join(b"p%d\n" % n for n in range(1_000_000))})  # fmt: skip
        for more in ([], ["--force"]):
            yield self.attack(
                "generate", f"gazetteer = output {more}", *more, out="places.txt", code=2
            )
        for beside in ("rejected.jsonl", "run.json"):
            yield self.attack(
                "generate",
                f"OUT.{beside} is the user's",
                files={f"out.x.{beside}": b"mine"},
                code=2,
            )
            yield self.attack("generate", f"OUT.{beside} is a folder", "--force",
                              files={f"out.x.{beside}": lambda path: path.mkdir()}, code=2)  # fmt: skip
        yield self.attack(
            "generate", "the specification stands beside", "--force", file="out.x.run.json", code=2
        )
        for intent in ANSWERS:
            spec = SPEC.replace("good-", intent)
            yield self.attack("generate", f"answers: {intent}", "--set", "reasks=0", make=spec)
            yield self.attack(
                "generate",
                f"answers: {intent} again",
                "--set",
                "reasks=2",
                "--set",
                "draws=1",
                make=spec,
            )
        nobody = self.servers.nobody
        for url in (nobody, "nonsense", "ftp://x/v1", "http://", "file:///etc/passwd", f"http://me:{PASSWORD}@127.0.0.1:9/v1",
                    f"{nobody}?api_key={PASSWORD}", "http://127.0.0.1:99999/v1", "", "[]", "5", "http://[::1"):  # fmt: skip
            yield self.attack("generate", f"url {url[:30]}", "--set", f"url={url}")
        for setting in (
            "concurrency=0", "concurrency=-1", "concurrency=1e9", "timeout=nan", "timeout=.nan", "timeout=-1", "timeout=.inf",
            "draws=0", "draws=1000000000", "reasks=-1", "reasks=99999999999999999999", "max_likeness=2", "budget_tokens=-1",
            "budget_tokens=0", "max_bytes=1", "temperature=.nan", "temperature=x", "seed=.inf", "nope=1", "url", "=x",
            "check_language=maybe", f"api_key={PASSWORD}", "key_env=NOPE", "key_env=[]", "price_in=-1", "deadline=0.000001",
        ):  # fmt: skip
            yield self.attack("generate", f"--set {setting[:30]}", "--set", setting)
        for model in ("", "x" * 5000, "\x1b[31m", "\n"):
            yield self.attack("generate", f"--model {model[:10]!r}", "--model", model)
        yield self.attack("generate", "whole", code=0)

    def annotate(self) -> Iterator[Attack]:
        """Engines, models that are none, layers, tasks."""
        bad = {
            "t.bin": random.Random(4).randbytes(3000), "t.json": b'{"words": {"a": -1}, "tags": NaN}', "t.deep": b"[" * 99_999,
            "t.gz": gzip.compress(b"\0" * 50_000_000), "t.empty": b"", "t.list": b"[]", "t.null": b"null",
        }  # fmt: skip
        for engine in ("spacy", "stanza", "hmm-tagger", "llm", "seq2seq", "nope", "", "\x1b[31m"):
            for model in (
                *bad,
                "os",
                "notes.txt",
                "folder",
                "..",
                "../none",
                "none/at/all",
                "x" * 3000,
                "",
                "\\",
                "a:b",
            ):
                yield self.attack(
                    "annotate",
                    f"{engine!r} {model[:20]!r}",
                    "--engine",
                    engine,
                    "--model",
                    model,
                    files=bad,
                )
        for layers in (
            "",
            ",",
            "nope",
            "tokens,nope",
            "tokens,tokens",
            "entities",
            "pos,lemmas,chunks",
            "x" * 9999,
        ):
            yield self.attack("annotate", f"--layers {layers[:20]}", "--layers", layers)
        for lang in ("", "xx", "../..", "zh", "th", "ja", "x" * 999, "\x1b", "pt-BR", "-1"):
            yield self.attack("annotate", f"--lang {lang[:20]!r}", "--lang", lang)
        for n, task in enumerate(ODD_TASKS):
            yield self.attack("annotate", f"task {n}: {task[:40]!r}", "--engine", "llm", "--model", "m", "--set",
                              "task=t.yaml", "--set", f"url={self.servers.chat}", "--set", "retries=0",
                              files={"t.yaml": task})  # fmt: skip
        for more in ([], ["--force"]):
            yield self.attack("annotate", f"task = output {more}", "--engine", "llm", "--model", "m", "--set",
                              "task=t.yaml", "--set", f"url={self.servers.chat}", *more, out="t.yaml",
                              files={"t.yaml": ODD_TASKS[0]}, code=2)  # fmt: skip
        for side in ("source", "target", "both"):
            yield self.attack("annotate", f"--side {side}", "--side", side)
        yield self.attack("annotate", "whole", code=0)

    def models(self) -> Iterator[Attack]:
        """Languages that are none, lists of models that lie, a store that is damaged."""
        for words in (
            ["list", "../.."], ["list", ""], ["list", "x" * 999], ["list", "en", "es", "fr", "de"], ["path", "..", ".."],
            ["path", "../../folder", "x"], ["remove", "..", ".."], ["remove", "../../folder", "x"], ["remove", "en", "pt"],
            ["remove", "", ""], ["remove", "en"], ["path"], ["add"], ["nope"], [], ["add", "en", "es", "pt"],
            ["path", "en", "pt"], ["list", "--json"], ["list", "\x1b[31m"],
        ):  # fmt: skip
            yield self.attack("models", f"models {str(words)[:40]}", "models", *words)
        for languages in (["../../folder", "x"], ["/tmp/x", "y"], ["", ""], ["en", "en"], ["a\nb", "c"], ["x" * 300, "es"],
                          ["..", ".."], [".", "."], ["en/x", "es"]):  # fmt: skip
            anonymous = folder_of({"model.bin.bin": b"m", "vocab.x.spm": b"v"})
            for more in ([], ["--force"]):
                yield self.attack("models", f"add {str(languages)[:30]} {more}", "models", "add", *languages, "--from", "IN",
                                  *more, make=anonymous)  # fmt: skip
        for n, listed in enumerate(ODD_LISTS):
            for action in (["add", "en", "es"], ["list", "--all"], ["list", "--json"]):
                made = folder_of({"records.json": listed, "f.zst": b"x", "secret": b"mine"})
                yield self.attack(
                    "models",
                    f"list {n} {action[0]}: {listed[:40]!r}",
                    "models",
                    *action,
                    "--from",
                    "IN",
                    make=made,
                )
        for origin in (self.servers.nobody, f"http://me:{PASSWORD}@127.0.0.1:9/x", self.servers.chat, f"{self.servers.hub}/x",
                       "http://", "http://[::1", "ftp://x", "notes.txt", "in.jsonl", "file:///etc/passwd", "\x1b[31m"):  # fmt: skip
            yield self.attack(
                "models", f"--from {origin[:40]!r}", "models", "list", "--from", origin
            )
            yield self.attack(
                "models",
                f"add --from {origin[:40]!r}",
                "models",
                "add",
                "en",
                "es",
                "--from",
                origin,
            )
        told = json.dumps(
            {"source": "en", "target": "es", "folder": "folder", "origin": "x"}
        ).encode()
        stores: dict[str, dict[str, bytes | Make]] = {
            "no JSON": {"cache/models/firefox/en-es": folder_of({"model.json": b"{"})},
            "null": {"cache/models/firefox/en-es": folder_of({"model.json": b"null"})},
            "zeros": {"cache/models/firefox/en-es": folder_of({"model.json": b"\0" * 999})},
            "elsewhere": {"cache/models/firefox/en-es": folder_of({"model.json": told})},
            "a file": {"cache": b"mine"},
            "odd types": {"cache/models/firefox/en-es": folder_of({"model.json": b'{"source": 5}'})},
            "escapes": {"cache/models/firefox/en-es": folder_of(
                {"model.json": json.dumps({"source": "\x1b[31m", "target": "[red]", "folder": "", "origin": "[/]"}).encode()}
            )},
            "a link": {"cache/models/firefox/en-es": lambda path: (
                path.symlink_to(path.parents[3] / "folder"))},
            "a link to a model": {"mymodel": folder_of({**MODEL, "model.json": told}), "cache/models/firefox/en-es": lambda path: (
                path.symlink_to(path.parents[3] / "mymodel"))},
            "nothing of ours": {"cache/models/firefox/en-es": folder_of({"thesis.tex": b"mine"})},
        }  # fmt: skip
        for name, files in stores.items():
            for words in (["list"], ["list", "--json"], ["path", "en", "es"], ["remove", "en", "es"],
                          ["add", "en", "es", "--from", "IN"], ["add", "en", "es", "--from", "IN", "--force"]):  # fmt: skip
                if name not in ("nothing of ours", "a link to a model") and words[0] in (
                    "remove",
                    "add",
                ):
                    files = {k: v for k, v in files.items() if k == "cache"} or files
                yield self.attack(
                    "models",
                    f"store: {name}: {words[0]} {words[-1]}",
                    "models",
                    *words,
                    files=files,
                )

    def demo(self) -> Iterator[Attack]:
        """Folders of samples that are none, and outputs among the inputs."""
        two = {
            "a.jsonl": self.lines,
            "a.es.jsonl": self.lines,
            "a.es.train.jsonl": self.lines,
            "report.html": b"mine",
        }
        for out in ("in", "./in", "link", "in/out"):
            for more in ([], ["--force"]):
                files = {"link": lambda path: path.symlink_to("in")}
                code = None if out == "in/out" else 2
                yield self.attack(
                    "demo",
                    f"-o {out} {more}",
                    *more,
                    out=out,
                    make=folder_of(two),
                    files=files,
                    code=code,
                )
        for name in ("a.es.jsonl", "a.es.train.jsonl", "report.html"):
            yield self.attack(
                "demo", f"{name} is the user's", files={"out": folder_of({name: b"mine"})}, code=2
            )
        for n, data in enumerate(
            (
                b"",
                b"\n\n",
                b"{}\n",
                b"5\n",
                b"\xff\xfe\n",
                b'{"text": ""}\n',
                b"[" * 9999,
                b"\0" * 999,
            )
        ):
            yield self.attack(
                "demo",
                f"sample {n}: {data[:20]!r}",
                "--to",
                "pt",
                make=folder_of({"a.jsonl": data}),
            )
            yield self.attack("demo", f"samples {n}: {data[:20]!r}", "--to", "pt",
                              make=folder_of({"a.jsonl": data, "b.jsonl": self.lines}))  # fmt: skip
        first = json.loads(self.lines.splitlines()[0])
        for text in (*ODD_TEXTS, "../../notes", "/etc/x", "..", "a/b"):
            first["target"]["lang"] = text
            yield self.attack(
                "demo",
                f"target language {text[:30]!r}",
                make=folder_of({"a.jsonl": json.dumps(first).encode()}),
            )
        document = json.dumps({**first["source"], "lang": "en"}).encode()
        for to in (
            "",
            ",",
            "xx",
            "pt,pt",
            "../x",
            "../../notes",
            "/etc/x",
            "x" * 999,
            "\x1b[31m",
            "en",
            "-1",
            "pt,xx",
        ):
            yield self.attack(
                "demo", f"--to {to[:20]!r}", "--to", to, make=folder_of({"a.jsonl": document})
            )
        for name in (
            "\x1b[31m.jsonl",
            "new\nline.jsonl",
            "[red].jsonl",
            ".jsonl",
            "-.jsonl",
            "x" * 240 + ".jsonl",
            " .jsonl",
        ):
            yield self.attack(
                "demo", f"sample called {name[:20]!r}", make=folder_of({name: self.lines})
            )
        for kind, make in (("folder", lambda path: (path.mkdir(), (path / "a.jsonl").mkdir())),
                           ("loop", lambda path: (path.mkdir(), (path / "a.jsonl").symlink_to("a.jsonl"))),
                           ("file", self._put(self.lines))):  # fmt: skip
            yield self.attack("demo", f"a sample is a {kind}", make=make)
        yield self.attack("demo", "whole", code=0)

    def doctor(self) -> Iterator[Attack]:
        """It must say what is wrong where much is wrong."""
        for env in ({"PATH": ""}, {"PATH": "/nowhere"}, {"HOME": "/nowhere"}, {"HOME": ""}, {"XPROJECT_CACHE": "notes.txt"},
                    {"XPROJECT_CACHE": "/proc/x"}, {"XPROJECT_CACHE": "\x1b"}, {"COLUMNS": "1"}, {"COLUMNS": "-5"}, {"COLUMNS": "x"},
                    {"LANG": "C", "LC_ALL": "C"}, {"HF_ENDPOINT": "nonsense"}, {"TERM": "x" * 999}, {"TMPDIR": "/nowhere"},
                    {"HTTPS_PROXY": "nonsense"}, {"NUMBA_CACHE_DIR": "/proc/x"}, {"NUMBA_CACHE_DIR": "notes.txt"}):  # fmt: skip
            yield self.attack("doctor", f"{env}"[:60], env=env, code=0)
            yield self.attack("doctor", f"--json {env}"[:60], "--json", env=env, code=0)
        for stream, code in ((">&-", 2), (">/dev/full", 3), ("<&-", 0)):
            yield self.attack("doctor", f"--json {stream}", "--json", stream=stream, code=code)

    def lexicon(self) -> Iterator[Attack]:
        """Dictionaries and bitexts that are none, and outputs that are one of their files."""
        index, data = b"house\tA\tF\nred\tF\tE\n", b"casa\nrojo"
        pair = {"d.index": index, "d.dict": data}
        for out in ("d.index", "d.dict", "./d.dict"):
            for more in ([], ["--force"]):
                for given in ("d", "d.index", "d.dict"):
                    yield self.attack("lexicon", f"import {given} -o {out} {more}", "lexicon", "import", given, "-o", out, *more,
                                      files=pair, code=2)  # fmt: skip
        for n, odd in enumerate((b"", b"house", b"house\t!\t!\n", b"house\tZZZZZZZZ\tF\n", b"house\tA\tZZZZZZ\n", b"\xff\tA\tB\n",
                                 b"house\tA\n", b"\t\t\n", b"a\tA\tF\n" * 200_000, b"\0" * 9999)):  # fmt: skip
            yield self.attack(
                "lexicon",
                f"index {n}: {odd[:20]!r}",
                "lexicon",
                "import",
                "d",
                "-o",
                "OUT",
                files={**pair, "d.index": odd},
            )
        packed = gzip.compress(data)
        for n, odd in enumerate(
            (
                b"",
                packed[:9],
                data,
                packed + b"tail",
                gzip.compress(b"\0" * 300_000_000),
                b"\0" * 99,
            )
        ):
            yield self.attack("lexicon", f"dz {n}: {odd[:20]!r}", "lexicon", "import", "d", "-o", "OUT",
                              files={"d.index": index, "d.dict.dz": odd})  # fmt: skip
        yield self.attack(
            "lexicon",
            "index without words",
            "lexicon",
            "import",
            "d",
            "-o",
            "OUT",
            files={"d.index": index},
        )
        for n, odd in enumerate((b"", b"\n", b"a\n", b"a\tb\tc\td\n", b"a\tb\tnan\n", b"a\tb\t-1\n", b"a\tb\t1e999\n", b"\tb\n", b"a\t\n",
                                 b"\t\t\t\n", b"a\x00\tb\n", b"\xff\xfe\n", b"x" * 300_000 + b"\ty\n", b"a \tb\n" * 100_000,
                                 "a\u2028b\tc\n".encode(), b"a\rb\tc\n")):  # fmt: skip
            for action in ("import", "train"):
                for name in ("in.tsv", "en-es.tsv.gz"):
                    make = gzip.compress(odd) if name.endswith("gz") else odd
                    yield self.attack("lexicon", f"{action} {name} {n}: {odd[:20]!r}", "lexicon", action, "IN", "-o", "OUT",
                                      "--from", "en", "--to", "es", make=make, file=name)  # fmt: skip
        for words in (["train", "IN"], ["train", "IN", "--from", "en"], ["train", "IN", "--from", "", "--to", ""],
                      ["train", "IN", "--from", "xx", "--to", "yy"], ["train", "IN", "--from", "../x", "--to", "\x1b"],
                      ["nope", "IN"], ["import", "IN", "IN", "--swap"], ["import", "IN", "none.tsv"], ["train"],
                      ["import", "IN", "--lexicon", "none"], ["train", "IN", "--from", "en", "--to", "es", "--lexicon", "none"],
                      ["train", "IN", "--from", "en", "--to", "es", "--lexicon", "notes.txt"],
                      ["train", "IN", "--from", "en", "--to", "es", "--lexicon", "folder"]):  # fmt: skip
            yield self.attack(
                "lexicon", f"lexicon {str(words)[:60]}", "lexicon", *words, "-o", "OUT"
            )
        known = ["train", "IN", "--from", "en", "--to", "es", "--lexicon", "k.lexicon"]
        for n, odd in enumerate(
            (
                b"",
                b"\0" * 999,
                random.Random(5).randbytes(5000),
                b"{}",
                b"PK\x03\x04" + b"\0" * 99,
                b"a\tb\t-5\n",
            )
        ):
            yield self.attack(
                "lexicon",
                f"known {n}: {odd[:20]!r}",
                "lexicon",
                *known,
                "-o",
                "OUT",
                files={"k.lexicon": odd},
            )
        for more in ([], ["--force"]):
            yield self.attack("lexicon", f"known = output {more}", "lexicon", *known, "-o", "k.lexicon", *more,
                              files={"k.lexicon": WORDS}, code=2)  # fmt: skip

    def compare(self) -> Iterator[Attack]:
        """Grids that are none; gold, grid and input among the outputs."""
        for n, grid in enumerate(ODD_GRIDS):
            yield self.attack("compare", f"grid {n}: {grid[:60]!r}", make=grid)
        gold = {"out": folder_of({"0-0.jsonl": self.lines})}
        for option in ("--gold", "--probe"):
            for name in (
                "none.jsonl",
                "folder",
                "notes.txt",
                "/dev/null",
                "",
                "in.yaml",
                "all.jsonl",
                "gold.jsonl",
                "pairs.tsv",
            ):
                yield self.attack("compare", f"{option} {name}", option, name)
            for more in ([], ["--force"]):
                for name in ("out/0-0.jsonl", "./out/0-0.jsonl", "out/0-0.jsonl.run.json"):
                    made = (
                        gold
                        if not name.endswith("run.json")
                        else {"out": folder_of({"0-0.jsonl.run.json": self.lines})}
                    )
                    yield self.attack(
                        "compare",
                        f"{option} {name} {more}",
                        option,
                        name,
                        *more,
                        files=made,
                        code=2,
                    )
        for more in ([], ["--force"]):
            held = {"out": folder_of({"0.jsonl": self.lines})}
            yield self.attack("compare", f"input = output {more}", *more, make=GRID.replace("all.jsonl", "out/0.jsonl"),
                              files=held, code=2)  # fmt: skip
            yield self.attack("compare", f"a later output is the input {more}", *more,
                              make=GRID.replace("all.jsonl", "out/0-1.jsonl"),
                              files={"out": folder_of({"0-1.jsonl": self.lines})}, code=2)  # fmt: skip
            yield self.attack("compare", f"the grid is an output {more}", "compare", "out/0-0.jsonl", "-o", "out", *more,
                              files={"out": folder_of({"0-0.jsonl": GRID.encode()})}, code=2)  # fmt: skip
        yield self.attack(
            "compare",
            "0.jsonl is the user's",
            files={"out": folder_of({"0.jsonl": b"mine"})},
            code=2,
        )
        yield self.attack(
            "compare",
            "work folder of the user's",
            files={"out/0.jsonl.work": folder_of({"thesis.tex": b"mine"})},
            code=2,
        )
        yield self.attack("compare", "whole", "--gold", "gold.jsonl", code=0)
        yield self.attack("compare", "whole, JSON", "--json", code=0)


ODD_TEXTS = [
    "", " ", "a\n---\nlicense: mit\n---", "'\"`{}[]|>&*!%@", "x: {", "# x\n## y", "<script>alert(1)</script>", "\x1b[31mred\x1b[0m",
    "\u202egnp.exe", "x" * 20_000, "| a | b |", "\0", "null", "~", "0x10", "1e3", "- a", "{{ title }}", "\u2028", "é", "\ud800",
]  # fmt: skip
ODD_NOTES = [
    b"", b"null", b"[]", b"5", b"{", b"\0" * 99, b"[" * 99_999, b'{"counts": []}', b'{"counts": {"rejected_by_reason": 5}}',
    b'{"counts": {"rejected_by_reason": {"a": -5, "b": true, "c": 1e400, "d": [], "\\u001b[31m": 2}}}', b'{"engines": {}}',
    b'{"engines": [5]}', b'{"engines": [{"stage": 1}]}', b'{"licences": [{"stage": []}]}', b'{"licences": "x"}',
    b'{"engines": [{"stage": "translate", "engine": "\\n---\\nlicense: mit", "model": "x|y"}]}', b'{"engines": null, "licences": null}',
    b'{"a": "' + b"x" * (65 << 20) + b'"}', b'{"inputs": [{"path": "/home/me/secret"}], "counts": {}}',
]  # fmt: skip
ODD_SCORES = [
    b"", b"{}", b"[]", b"null", b"\xff", b'{"spans": 5}', b'{"spans": {"strict": []}}', b'{"spans": {"strict": {"f1": "x"}}}',
    b'{"spans": {"strict": {"precision": null, "recall": 1, "f1": 1e400, "gold": -1}}}', b"[" * 9999, b'{"tags": {"upos": 1}}',
    b'{"spans": {"strict": {"precision": 7, "recall": -1, "f1": 0.5, "gold": 1e30}}}', b'{"qa": {"exact": [], "f1": {}}}',
    b'{"spans": {"strict": {"precision": true, "recall": "\\u001b", "f1": {"a": 1}, "gold": []}}, "links": 5, "labels": []}',
    b'{"spans": {"strict": {"precision": 1, "recall": 1, "f1": 1, "gold": 5}}}',
]  # fmt: skip
ODD_SPECS = [
    "", "null", "[]", "5", "task: x", "task: [x]\nlang: es\nitems: []", SPEC.replace("count: 1", "count: 0"),
    SPEC.replace("count: 1", "count: -1"), SPEC.replace("count: 1", "count: 1e999"), SPEC.replace("count: 1", "count: 1000000000"),
    SPEC.replace("count: 1", "count: 99999999999999999999999"), SPEC.replace("count: 1", "count: x"),
    SPEC.replace("lang: es", "lang: ''"), SPEC.replace("lang: es", "lang: xx"), SPEC.replace("lang: es", "lang: 5"),
    SPEC.replace("lang: es", "lang: ../.."), SPEC.replace("lang: es", "lang: no"), SPEC.replace("[lunes]", "[]"),
    SPEC.replace("[lunes]", "['', ' ']"), SPEC.replace("[lunes]", "5"), SPEC.replace("[lunes]", "{values: [a], nope: 1}"),
    SPEC.replace("[lunes]", "{values: [London], translate: true}"), SPEC.replace("[lunes]", "[Santander]"),
    SPEC.replace("lang: es", "lang: es\nfrom: en").replace("[lunes]", "{values: [Monday], translate: true}"),
    SPEC.replace("lang: es", "lang: es\nfrom: en\ntranslator: {engine: nope}").replace("[lunes]", "{values: [a], translate: true}"),
    SPEC.replace("lang: es", "lang: es\nfrom: en\ntranslator: {engine: bitext, model: none.tsv}").replace(
        "[lunes]", "{values: [a], translate: true}"),
    SPEC.replace("lang: es", "lang: es\nfrom: en\ntranslator: {engine: firefox, options: {nope: 1}}").replace(
        "[lunes]", "{values: [a], translate: true}"),
    SPEC.replace("{intent: good-}", "&a {intent: good-, b: *a}"), SPEC.replace("{intent: good-}", "{intent: good-, x: .nan}"),
    SPEC.replace("{intent: good-}", "{? [a, b] : c}"), SPEC.replace("{intent: good-}", "{? {a: b} : c}"),
    SPEC.replace("{intent: good-}", "{5: 6, null: 7}"), SPEC.replace("{intent: good-}", "{intent: 2026-11-29}"),
    SPEC.replace("{intent: good-}", "{intent: !!binary aGk=}"), SPEC.replace("{intent: good-}", "{intent: !!set {a, b}}"),
    SPEC.replace("{intent: good-}", "!!python/object/apply:os.system ['touch evil']"),
    SPEC + "seed: 1e999\n", SPEC + "seed: 99999999999999999999999\n", SPEC + "seed: -1\n", SPEC + "nope: 1\n", SPEC + "task: again\n",
    "task: x\nlang: es\nitems:\n" + "  - {count: 1, slots: {a: [b]}}\n" * 50, "a: " + "[" * 3000, "x" * (2 << 20), "\t", "%YAML 9.9\n---\n",
    "task: x\nlang: es\nitems:\n  - count: 1\n    turns: []\n    slots: {}\n", "task: x\nlang: es\nitems: [{count: 1, turns: [{}]}]",
    "task: x\nlang: es\nitems: [{count: 1, turns: [{slots: {a: [b]}}], slots: {a: [b]}}]",
    "task: x\nlang: es\nitems: [{count: 1, slots: {a: [b, bb], c: [b, bbb]}}]", "\ud800", SPEC.replace("task: ", "task: \x1b[31m"),
    "task: x\nlang: es\nitems: [{count: 2, turns: [" + "{speaker: u}," * 2000 + "]}]",
]  # fmt: skip
ODD_TASKS = [
    b"labels:\n  PER: a person\n", b"", b"null", b"[]", b"5", b"labels: []", b"labels: 5", b"labels: {? [a] : b}", b"labels: {5: 6}",
    b"kind: nope\nlabels: {PER: x}", b"labels: &a {PER: *a}", b"[" * 9999, b"\xff", b"\0", b"x" * (2 << 20), b"labels: {'': ''}",
    b"labels: {PER: x}\nexamples: 5", b"labels: {PER: x}\nexamples: [{}]", b"labels: {PER: x}\nexamples: [{text: a, spans: 5}]",
    b"labels: {PER: x}\nlabels: {PER: y}", b"!!python/object/apply:os.system ['touch evil']",
]  # fmt: skip
_RECORD = {
    "name": "model.enes.x.bin", "fileType": "model", "sourceLanguage": "en", "targetLanguage": "es", "version": "2.0",
    "architecture": "tiny", "attachment": {"location": "f.zst", "size": 1},
}  # fmt: skip


def _list(**changed: Any) -> bytes:
    """A list of models whose model has other fields."""
    vocabulary = {**_RECORD, "name": "vocab.enes.spm", "fileType": "vocab"}
    return json.dumps({"data": [{**_RECORD, **changed}, vocabulary]}).encode()


ODD_LISTS = [
    b"", b"null", b"[]", b"{}", b'{"data": 5}', b'{"data": [5]}', b'{"data": [{}]}', b'{"data": []}', b"\xff", b"[" * 9999, _list(),
    _list(name="../../../evil"), _list(name="/etc/x"), _list(name="a\0b"), _list(name=".."), _list(attachment={"location": "../secret"}),
    _list(attachment={"location": "/etc/passwd"}), _list(attachment={"location": "secret"}), _list(attachment={"location": "none"}),
    _list(attachment={"location": "f.zst", "size": -5}), _list(attachment={"location": "f.zst", "size": 1e300}), _list(attachment=None),
    _list(version="../x"), _list(version="1" * 5000), _list(version="9" * 39), _list(architecture="../x"), _list(architecture="x y"),
    _list(sourceLanguage="../.."), _list(sourceLanguage="\x1b[31m"), _list(decompressedHash="zz"), _list(fileType="nope"),
]  # fmt: skip
ODD_GRIDS = [
    "", "null", "[]", "input: 5\nsteps: []", "input: all.jsonl\nsteps: []", "input: all.jsonl\nsteps: [[]]", "input: all.jsonl\nsteps: 5",
    "input: all.jsonl\nsteps: [[{}]]", "input: all.jsonl\nsteps: [[{stage: nope}]]", "input: all.jsonl\nsteps: [[{stage: 5}]]",
    GRID.replace("all.jsonl", "none.jsonl"), GRID.replace("all.jsonl", "folder"), GRID.replace("all.jsonl", "'-'"),
    GRID.replace("all.jsonl", "''"), GRID.replace("all.jsonl", "notes.txt"), GRID.replace("all.jsonl", "/dev/null"),
    GRID.replace("all.jsonl", "'*.jsonl'"), GRID.replace("as: a", "as: [a]"), GRID.replace("as: a", 'as: "\\e[31m[red]"'),
    GRID.replace("as: a", "as: null"), GRID.replace("max_ratio: 9", "max_ratio: .nan"), GRID.replace("max_ratio: 9", "max_ratio: {a: b}"),
    GRID.replace("max_ratio: 9", "? [a] : b"), GRID.replace("max_ratio: 9", "nope: 9"), GRID.replace("copies: true", "<<: {copies: true}"),
    GRID + "input: again\n", GRID + "extends: /dev/zero\n", "input: all.jsonl\nsteps:\n" + "  - [{stage: filter, copies: true}, {stage: filter}]\n" * 9,
    "input: all.jsonl\nsteps:\n" + "  - [{stage: filter, copies: true}]\n" * 40, "a: &a [*a]", "[" * 9999, "\t", "x" * (2 << 20),
    GRID.replace("stage: filter, copies: true", "stage: align, engine: nope"), GRID.replace("stage: filter, copies: true", "stage: project"),
    GRID.replace("stage: filter, copies: true", "stage: translate, to: es, engine: bitext, model: none.tsv"),
    GRID.replace("stage: filter, copies: true", "stage: translate, to: xx, engine: apertium"), GRID.replace("filter, copies", '"\\0", copies'),
]  # fmt: skip
