"""Scripted attacks on runs: tampered work folders, broken inputs, hostile recipes, odd systems.

    python tests/benchmarks/attacks.py --data DATA [--seed 1] [--only work,input,...]

Whatever is done to it, a run must end in one of two ways: exit code 0 and the bytes of the
undisturbed run (or, for another input, counts that add up), or another documented exit code, one
sentence, and no new output. A traceback, an "internal error", a hang, or wrong bytes is a fault;
faults are printed with what was done, and the totals at the end.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parent / "pipeline" / "plugin"
sys.path[:0] = [str(HERE), str(PLUGIN)]
import real_text  # noqa: E402

from projector.cli.main import describe  # noqa: E402
from projector.errors import ProjectorError  # noqa: E402
from projector.pipeline.check import check_recipe  # noqa: E402
from projector.pipeline.job import Job  # noqa: E402
from projector.pipeline.recipe import Recipe, StageSpec, load_recipe  # noqa: E402
from projector.pipeline.run.runner import run  # noqa: E402

CODES = {0, 1, 2, 3, 4, 130}
SECONDS = 90.0
RECIPE = "stages: [{stage: mark, seconds: 0}, {stage: kept-total}, mark]\n"
STAGES = [
    StageSpec(stage="mark", options={"seconds": 0}),
    StageSpec(stage="kept-total"),
    StageSpec(stage="mark"),
]


class Outcome(NamedTuple):
    """How a run ended: its exit code and what it said."""

    code: int
    said: str


class Attacks:
    """The attacks on one real input, and what came of them."""

    def __init__(self, data: Path, folder: Path, seed: int) -> None:
        self.folder, self.pick = folder, random.Random(seed)
        documents = [pair["source"] for pair in real_text.pairs(data, 300)]
        self.lines = [json.dumps(d, ensure_ascii=False).encode() + b"\n" for d in documents]
        for n in (40, 170):
            self.lines[n] = b"{broken\n"
        self.source = folder / "source.jsonl"
        self.source.write_bytes(b"".join(self.lines))
        whole = folder / "whole.jsonl"
        self._run(self.source, whole, Job(on_error="skip"))
        self.whole = whole.read_bytes(), Path(f"{whole}.rejected.jsonl").read_bytes()
        self.totals: Counter[str] = Counter()
        self.faults: list[str] = []

    def _run(self, source: Path, out: Path, job: Job) -> Outcome:
        """In this process, ended as the command line would end it."""
        try:
            run(Recipe(stages=STAGES), input=str(source), output=str(out), job=job)
        except Exception as error:
            text, code = describe(error)
            return Outcome(code, text)
        return Outcome(0, "")

    def command(self, *words: object, **more: object) -> Outcome:
        """In a process of its own."""
        env = {**os.environ, "PYTHONPATH": f"{PLUGIN}:{os.environ.get('PYTHONPATH', '')}"}
        command = [sys.executable, "-m", "projector", *map(str, words)]
        try:
            done = subprocess.run(command, env=env, capture_output=True, timeout=SECONDS, **more)  # type: ignore[call-overload]
        except subprocess.TimeoutExpired:
            return Outcome(999, "hangs")
        return Outcome(done.returncode, done.stderr.decode(errors="replace"))

    def judge(self, family: str, what: str, outcome: Outcome, wrong: str = "") -> None:
        """Count an attack; ``wrong`` is what is wrong with its output, if anything."""
        self.totals[family] += 1
        if outcome.code not in CODES:
            wrong = wrong or f"exit code {outcome.code}"
        for bad in ("Traceback", "internal error"):
            if bad in outcome.said:
                wrong = wrong or bad
        if outcome.code and not outcome.said.strip():
            wrong = wrong or "no sentence"
        if wrong:
            self.faults.append(f"{family}: {what}: {wrong}: {outcome.code} {outcome.said[-400:]}")

    def wrong_bytes(self, out: Path) -> str:
        """What differs from the undisturbed run, "" if nothing."""
        for path, wanted in zip((out, Path(f"{out}.rejected.jsonl")), self.whole, strict=True):
            if not path.exists() or path.read_bytes() != wanted:
                return f"{path.name} is not what it should be"
        return ""

    # -- the families -----------------------------------------------------------------------

    def work(self) -> None:
        """A run is interrupted at random, one file of its work folder tampered with, resumed."""
        for number in range(160):
            base = self.folder / f"work{number}"
            base.mkdir()
            out = base / "out.jsonl"
            self._interrupted(out, self.pick.randrange(1, 70))
            work = Path(f"{out}.work")
            if self.pick.random() < 0.3:
                out.write_bytes(b"old bytes\n")
            old = out.read_bytes() if out.exists() else None
            files = sorted(work.iterdir())
            path = self.pick.choice(files)
            how = self.pick.choice(TAMPERINGS)
            how(path, self.pick)
            resumed = self._run(self.source, out, Job(on_error="skip", resume=True, block_size=16))
            wrong = ""
            if resumed.code == 0:
                wrong = self.wrong_bytes(out)
            elif (out.read_bytes() if out.exists() else None) != old:
                wrong = "failed, and the output has changed"
            self.judge("work", f"{how.__name__} {path.name}", resumed, wrong)
            if resumed.code:
                forced = self._run(self.source, out, Job(on_error="skip", force=True))
                refused = forced.code == 2 and "move it away" in forced.said
                wrong = "" if refused else self.wrong_bytes(out)
                self.judge("work", f"{how.__name__} {path.name}, then --force", forced, wrong)
            shutil.rmtree(base)

    def _interrupted(self, out: Path, after: int, source: Path | None = None) -> None:
        """A run that ends as if by Ctrl-C after so many blocks (over its phases)."""
        from projector.pipeline.run import runner

        take, left = runner._Run._record_result, [after]

        def stop(self: runner._Run, number: int, done: object) -> None:
            take(self, number, done)  # type: ignore[arg-type]
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt

        runner._Run._record_result = stop  # type: ignore[method-assign]
        try:
            job = Job(on_error="skip", block_size=16)
            given = str(source or self.source)
            run(Recipe(stages=STAGES), input=given, output=str(out), job=job)
        except KeyboardInterrupt:
            pass
        finally:
            runner._Run._record_result = take  # type: ignore[method-assign]
        if not Path(f"{out}.work").exists():  # it had ended before
            for path in out.parent.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            self._interrupted(out, max(1, after // 2), source)

    def input(self) -> None:
        """Inputs that are broken, odd, or no files at all."""
        for name, make in inputs(self.lines).items():
            base = self.folder / f"input-{name}"
            base.mkdir()
            source = base / f"in{'.jsonl.gz' if 'gz' in name else '.jsonl'}"
            make(source)
            for job in (Job(on_error="skip"), Job()):
                out = base / f"out-{job.on_error}.jsonl"
                outcome = self._run(source, out, job)
                wrong = ""
                if outcome.code == 0:
                    known = json.loads(Path(f"{out}.run.json").read_text())["counts"]
                    if known["records"] != known["written"] + known["rejected"]:
                        wrong = f"counts that do not add up: {known}"
                    if out.read_bytes().count(b"\n") != known["written"]:
                        wrong = "another number of lines than said"
                elif out.exists():
                    wrong = "failed, and there is an output"
                self.judge("input", f"{name} --on-error {job.on_error}", outcome, wrong)
            shutil.rmtree(base)

    def recipe(self) -> None:
        """The recipes that we ship, with random bytes, lines and words changed."""
        texts = [p.read_text() for p in sorted((HERE.parents[1] / "recipes").glob("*.yaml"))]
        path = self.folder / "hostile.yaml"
        for number in range(400):
            text = mutated(self.pick.choice(texts), self.pick)
            path.write_bytes(text)
            start = time.monotonic()
            try:
                check_recipe(load_recipe(path))
                outcome = Outcome(0, "")
            except ProjectorError as error:
                outcome = Outcome(error.exit_code, str(error))
            except Exception as error:
                outcome = Outcome(4, f"internal error {type(error).__name__}: {error}")
            slow = "slow" if time.monotonic() - start > 10 else ""
            kept = self.folder / f"hostile-{number}.yaml"
            if slow or "internal error" in outcome.said:
                kept.write_bytes(text)
            self.judge("recipe", f"mutation {number}: {text[:300]!r}", outcome, slow)

    def system(self) -> None:
        """Limits, odd names, odd outputs, signals, streams: the command line in its own process."""
        (self.folder / "r.yaml").write_text(RECIPE)
        base = ["run", self.folder / "r.yaml", "-i", self.source, "--on-error", "skip"]
        for name, words, more, right in system_attacks(self.folder):
            out = self.folder / name
            outcome = self.command(*base, *words, **more)
            wrong = self.wrong_bytes(out) if right and outcome.code == 0 else ""
            self.judge("system", f"{' '.join(map(str, words))[:80]} {sorted(more)}", outcome, wrong)

    def shards(self) -> None:
        """A folder of shards, compressed, interrupted and tampered with, then resumed."""
        folder = self.folder / "shards"
        folder.mkdir()
        for n in range(5):
            part = b"".join(self.lines[n * 60 : n * 60 + 60])
            (folder / f"s{n}.jsonl.gz").write_bytes(gzip.compress(part, mtime=0))
        whole = self.folder / "whole-shards"
        assert self._run(folder, whole, Job(on_error="skip")).code == 0
        wanted = {path.name: path.read_bytes() for path in whole.iterdir()}
        rejected = Path(f"{whole}.rejected.jsonl").read_bytes()
        for number in range(60):
            base = self.folder / f"shards{number}"
            base.mkdir()
            out = base / "out"
            self._interrupted(out, self.pick.randrange(1, 60), folder)
            files = sorted([*Path(f"{out}.work").iterdir(), *out.iterdir()])
            path, how = self.pick.choice(files), self.pick.choice(TAMPERINGS[:-1])
            if self.pick.random() < 0.8:
                how(path, self.pick)
            resumed = self._run(folder, out, Job(on_error="skip", resume=True, block_size=16))
            wrong = ""
            if resumed.code == 0:
                found = {p.name: p.read_bytes() for p in out.iterdir() if p.name in wanted}
                wrong = "" if found == wanted else "an output is not what it should be"
                if Path(f"{out}.rejected.jsonl").read_bytes() != rejected:
                    wrong = "the rejects are not what they should be"
            self.judge("shards", f"{how.__name__} {path.name}", resumed, wrong)
            shutil.rmtree(base)

    def race(self) -> None:
        """Several commands that write the same output at the same time."""
        recipe = self.folder / "race.yaml"
        recipe.write_text(RECIPE.replace("seconds: 0", "seconds: 0.001"))
        env = {**os.environ, "PYTHONPATH": f"{PLUGIN}:{os.environ.get('PYTHONPATH', '')}"}
        for number in range(12):
            out = self.folder / f"race{number}.jsonl"
            words = ["run", recipe, "-i", self.source, "-o", out, "--on-error", "skip"]
            command = [sys.executable, "-m", "projector", *map(str, words), "--block-size", "16"]
            started = []
            for _ in range(3):
                flag = self.pick.choice(([], ["--resume"], ["--force"]))
                started.append(subprocess.Popen([*command, *flag], env=env, stderr=subprocess.PIPE))
                time.sleep(self.pick.uniform(0, 0.4))
            ended = [(p.communicate(timeout=SECONDS)[1].decode(), p.returncode) for p in started]
            for said, code in ended:
                self.judge("race", f"three at once into {out.name}", Outcome(code, said))
            wrong = self.wrong_bytes(out) if any(code == 0 for _, code in ended) else "none ended"
            self.judge("race", "the output", Outcome(0, ""), wrong)

    def kill(self) -> None:
        """Signals at random instants, to the run, its group or one of its workers."""
        recipe = self.folder / "slow.yaml"
        recipe.write_text(RECIPE.replace("seconds: 0", "seconds: 0.004"))
        env = {**os.environ, "PYTHONPATH": f"{PLUGIN}:{os.environ.get('PYTHONPATH', '')}"}
        for number in range(30):
            out = self.folder / f"kill{number}.jsonl"
            workers = self.pick.choice((1, 2))
            words = ["run", recipe, "-i", self.source, "-o", out, "--on-error", "skip"]
            words += ["--resume", "--block-size", 16, "--workers", workers]
            command = [sys.executable, "-m", "projector", *map(str, words)]
            sign = self.pick.choice((signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL))
            process = subprocess.Popen(
                command, env=env, stderr=subprocess.PIPE, start_new_session=True
            )
            try:
                _, said = process.communicate(timeout=self.pick.uniform(0.3, 3.5))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, sign)
                _, said = process.communicate(timeout=60)
            bad = "Traceback" in said.decode()
            self.judge("kill", f"{sign.name}", Outcome(0, ""), said.decode() if bad else "")
            outcome = self.command(*words)
            self.judge("kill", f"resumed after {sign.name}", outcome, self.wrong_bytes(out))


# -- what is done ---------------------------------------------------------------------------


def delete(path: Path, pick: random.Random) -> None:
    path.unlink()


def cut(path: Path, pick: random.Random) -> None:
    size = path.stat().st_size
    os.truncate(path, pick.randrange(size) if size else 0)


def empty(path: Path, pick: random.Random) -> None:
    os.truncate(path, 0)


def flip(path: Path, pick: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
        path.write_bytes(data)


def append(path: Path, pick: random.Random) -> None:
    with open(path, "ab") as stream:
        stream.write(pick.choice((b"\0" * 100, b"garbage", b"\n", b"{}\n", b"[1,{}]\n")))


def double(path: Path, pick: random.Random) -> None:
    path.write_bytes(path.read_bytes() * 2)


def swap_lines(path: Path, pick: random.Random) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    pick.shuffle(lines)
    path.write_bytes(b"".join(lines))


def folder_instead(path: Path, pick: random.Random) -> None:
    path.unlink()
    path.mkdir()


def link_instead(path: Path, pick: random.Random) -> None:
    moved = path.parent.parent / "moved"
    path.rename(moved)
    path.symlink_to(moved)


def stranger_beside(path: Path, pick: random.Random) -> None:
    (path.parent / "thesis.tex").write_text("mine")


TAMPERINGS = [
    delete, cut, empty, flip, flip, flip, append, double, swap_lines, folder_instead,
    link_instead, stranger_beside,
]  # fmt: skip


def inputs(lines: list[bytes]) -> dict[str, Callable[[Path], object]]:
    """Ways to make an input, by name."""
    whole = b"".join(lines)
    packed = gzip.compress(whole, mtime=0)
    return {
        "empty": lambda p: p.write_bytes(b""),
        "blank lines": lambda p: p.write_bytes(b"\n \n\t\n\r\n" * 100),
        "no last line end": lambda p: p.write_bytes(whole.rstrip(b"\n")),
        "crlf": lambda p: p.write_bytes(whole.replace(b"\n", b"\r\n")),
        "cr only": lambda p: p.write_bytes(whole.replace(b"\n", b"\r")),
        "cr between keys": lambda p: p.write_bytes(whole.replace(b', "', b',\r"')),
        "byte order mark": lambda p: p.write_bytes(b"\xef\xbb\xbf" + whole),
        "a mark on every line": lambda p: p.write_bytes(whole.replace(b"\n", b"\n\xef\xbb\xbf")),
        "utf-16": lambda p: p.write_bytes(whole.decode().encode("utf-16")),
        "latin-1": lambda p: p.write_bytes(whole.decode().encode("latin-1", "replace")),
        "nul bytes": lambda p: p.write_bytes(whole.replace(b"e", b"\0", 999)),
        "zeros": lambda p: p.write_bytes(b"\0" * 5_000_000),
        "one long line": lambda p: p.write_bytes(b'{"text": "' + b"x " * 3_000_000 + b'"}\n'),
        "long garbage": lambda p: p.write_bytes(b"[" * 3_000_000),
        "deep": lambda p: p.write_bytes(
            b'{"text": "a", "meta": ' + b"[" * 9000 + b"]" * 9000 + b"}"
        ),
        "an array": lambda p: p.write_bytes(b"[" + b",".join(lines[:30]) + b"]"),
        "pretty": lambda p: p.write_bytes(json.dumps(json.loads(lines[0]), indent=2).encode()),
        "a program": lambda p: shutil.copy(sys.executable, p) and os.truncate(p, 200_000),
        "a folder": lambda p: p.mkdir(),
        "a dead link": lambda p: p.symlink_to("nowhere"),
        "a link to itself": lambda p: p.symlink_to(p),
        "nothing": lambda p: None,
        "odd ids": lambda p: p.write_bytes(b'{"id": 5, "text": "a"}\n{"id": null, "text": "b"}\n'),
        "equal ids": lambda p: p.write_bytes(lines[0] * 40),
        "numbers": lambda p: p.write_bytes(b"1\nnull\ntrue\n1e999\nNaN\n" * 20),
        "line separators": lambda p: p.write_bytes(
            b"".join(line.replace(b" ", "\u2028".encode(), 1) for line in lines)
        ),
        "spans of odd types": lambda p: p.write_bytes(
            b'{"text": "a", "spans": 5}\n{"text": "a", "tags": [1]}\n{"text": "a", "meta": 7}\n'
        ),
        "gz whole": lambda p: p.write_bytes(packed),
        "gz cut": lambda p: p.write_bytes(packed[: len(packed) // 2]),
        "gz flipped": lambda p: p.write_bytes(packed[:900] + b"\xff\xff" + packed[902:]),
        "gz twice": lambda p: p.write_bytes(packed * 2),
        "gz of nothing": lambda p: p.write_bytes(b""),
        "gz that is plain": lambda p: p.write_bytes(whole),
        "gz with a tail": lambda p: p.write_bytes(packed + b"tail"),
        "gz bomb": lambda p: p.write_bytes(gzip.compress(b"\0" * 400_000_000, 1)),
    }


WORDS = [
    "???", "null", "[]", "{}", "- -", "&a", "*a", "<<: *a", "!!binary", "!!set", "1e999", ".nan",
    "-1", "0", "99999999999999999999", "'", '"', "|", ">", "%", "@", "`", "\t", "\u2028", "\x00",
    "true", "2026-11-24", "stage", "stages:", "extends: .", "extends: /dev/null", "extends: ''",
    "resources: 5", "workers: {}", "limit: [1]", "on_error: 3", "input: {a: b}", "output: 7",
]  # fmt: skip


def mutated(text: str, pick: random.Random) -> bytes:
    """A recipe's text with one to four things changed."""
    for _ in range(pick.randint(1, 4)):
        lines = text.split("\n")
        n = pick.randrange(len(lines))
        how = pick.randrange(7)
        if how == 0:
            del lines[n]
        elif how == 1:
            lines.insert(n, pick.choice(lines))
        elif how == 2:
            lines.insert(n, pick.choice(WORDS))
        elif how == 3:
            words = lines[n].split(" ")
            words[pick.randrange(len(words))] = pick.choice(WORDS)
            lines[n] = " ".join(words)
        elif how == 4:
            key, colon, _ = lines[n].partition(":")
            lines[n] = f"{key}{colon} {pick.choice(WORDS)}"
        elif how == 5:
            lines[n] = " " * pick.randint(0, 9) + lines[n].strip()
        text = "\n".join(lines)
        if how == 6 and text:
            at = pick.randrange(len(text))
            text = (
                text[:at]
                + chr(pick.choice((0, 7, 0x7F, 0x85, 0xFEFF, 0x1F600, 58, 123)))
                + text[at + 1 :]
            )
    return text.encode("utf-8", "surrogatepass")


def limited(kind: int, value: int) -> Callable[[], None]:
    """For a child process: a limit of the system."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(kind, (value, value))

    return limit


def system_attacks(
    folder: Path,
) -> Iterator[tuple[str, list[object], dict[str, object], bool]]:
    """Output's name, words, how the process is started, whether the output must be right at 0."""
    names = [
        "with space.jsonl", "ünï—😀.jsonl", "new\nline.jsonl", "-dash.jsonl", "a'b\"c.jsonl",
        "$(touch x).jsonl", "x" * 200 + ".jsonl", "x" * 240 + ".jsonl", "x" * 255, "x" * 300,
        "no/such/folder/o.jsonl", ".hidden", "dots..jsonl", "percent%s.jsonl", "star*.jsonl",
        "back\\slash.jsonl", "[brackets].jsonl", "é" * 100 + ".jsonl",
    ]  # fmt: skip
    for name in names:
        yield name, ["-o", folder / name], {}, True
    for device in (
        "/dev/full",
        "/dev/null",
        "/dev/stdout",
        "/dev/stderr",
        "/proc/version",
        "/",
        "",
    ):
        yield "none", ["-o", device], {}, False
    for size in (0, 1000, 20_000, 60_000):
        more: dict[str, object] = {"preexec_fn": limited(resource.RLIMIT_FSIZE, size)}
        yield f"full{size}.jsonl", ["-o", folder / f"full{size}.jsonl"], more, True
    for files in (6, 12, 20):
        more = {"preexec_fn": limited(resource.RLIMIT_NOFILE, files)}
        yield f"few{files}.jsonl", ["-o", folder / f"few{files}.jsonl"], more, True
        words: list[object] = ["-o", folder / f"few2{files}.jsonl", "--workers", 2]
        yield f"few2{files}.jsonl", words, more, True
    more = {"preexec_fn": limited(resource.RLIMIT_AS, 150_000_000)}
    yield "small.jsonl", ["-o", folder / "small.jsonl"], more, True
    for n, flags in enumerate(
        (
            ["--workers", 0],
            ["--workers", -1],
            ["--workers", "1e29"],
            ["--workers", 10**9],
            ["--block-size", 0],
            ["--block-size", 10**12],
            ["--limit", -5],
            ["--limit", 10**30],
            ["--limit", 0],
            ["--max-errors", -1],
            ["--max-errors", 1],
            ["--executor", "moon"],
            ["--set", "mark.seconds=-1"],
            ["--set", "mark.seconds=.inf"],
            ["--set", "=="],
            ["--set", "mark.value=" + "x" * 100_000],
            ["--set", "a" * 5000 + ".b=1"],
            ["--set", "mark.options.a.b.c.d=1"],
            ["--to", "xx"],
            ["--from", ""],
            ["--ray-address", "nowhere:1", "--executor", "ray"],
        )
    ):
        yield f"flag{n}.jsonl", ["-o", folder / f"flag{n}.jsonl", *flags], {}, False
    for n, flags in enumerate(([], ["--workers", 3], ["--block-size", 1], ["--block-size", 1000])):
        yield f"plain{n}.jsonl", ["-o", folder / f"plain{n}.jsonl", *flags], {}, True
    yield "cwd.jsonl", ["-o", "cwd.jsonl"], {"cwd": folder}, True
    more = {"cwd": folder, "env": {"PATH": "", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}}
    yield "bare.jsonl", ["--set", "mark.value=x"], {"cwd": folder}, False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="work,shards,input,recipe,system,race,kill")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xproject-attacks-") as temporary:
        attacks = Attacks(options.data, Path(temporary), options.seed)
        for family in options.only.split(","):
            getattr(attacks, family)()
    for fault in attacks.faults:
        print(fault)
    total = sum(attacks.totals.values())
    each = ", ".join(f"{family} {count}" for family, count in attacks.totals.items())
    print(
        f"{total} attacks ({each}): {total - len(attacks.faults)} held, {len(attacks.faults)} not"
    )
    return 1 if attacks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
