"""Which Apertium translations are on this machine, and the processes that one is made of.

A mode file holds a shell pipeline; ``apertium-wblank-mode`` (part of Apertium) gives the same
pipeline with word-bound blanks carried through transfer and a null character ending each text.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from projector.errors import EngineError, UsageError, suggestion
from projector.text.languages import base_language

INSTALL = (
    "apt-get install -y apertium apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en"
)

# Debian's packages for translation out of English and Spanish.
PACKAGES = {
    ("en", "es"): "apertium-eng-spa",
    ("en", "ca"): "apertium-eng-cat",
    ("en", "gl"): "apertium-en-gl",
    ("en", "eo"): "apertium-eo-en",
    ("es", "ca"): "apertium-spa-cat",
    ("es", "gl"): "apertium-es-gl",
    ("es", "pt"): "apertium-es-pt",
    ("es", "ast"): "apertium-spa-ast",
    ("es", "an"): "apertium-spa-arg",
    ("es", "it"): "apertium-spa-ita",
    ("ca", "it"): "apertium-cat-ita",
    ("es", "fr"): "apertium-fr-es",
    ("ca", "fr"): "apertium-fra-cat",
}

_ATTEMPTS = 5  # at a program that something kills before it has answered

_NAME = re.compile(r"([a-z]{2,3})(?:_\w+)?-([a-z]{2,3})(?:_(\w+))?")


class Mode(Struct, frozen=True):
    """An installed translation: ``eng-cat_valencia`` is en to ca, variant valencia."""

    name: str
    source: str
    target: str
    variant: str
    path: str


def data_folder() -> Path:
    return Path(os.environ.get("APERTIUM_DATADIR", "/usr/share/apertium"))


def installed_modes() -> dict[str, Mode]:
    """The installed translations by name (debugging modes of a package are left out)."""
    found = {}
    for path in sorted((data_folder() / "modes").glob("*.mode")):
        match = _NAME.fullmatch(path.stem)
        if match:
            source, target, variant = match[1], match[2], match[3] or ""
            found[path.stem] = Mode(
                path.stem, base_language(source), base_language(target), variant, str(path)
            )
    return found


def route(model: str, source: str, target: str) -> list[Mode]:
    """The modes that lead from one language to the other.

    Args:
        model: "" for the direct mode; a variant (``valencia``); a mode's name; or several names
            joined by commas, a pivot (``eng-spa,spa-cat``).

    Raises:
        UsageError: no such mode, or modes that do not join, with what there is and how to
            install what is missing.
        EngineError: Apertium itself is not installed.
    """
    if shutil.which("apertium-wblank-mode") is None:
        raise EngineError(f"the engine 'apertium' needs Apertium 3.8 or later: {INSTALL}")
    modes = installed_modes()
    wanted = (base_language(source), base_language(target))
    names = [name.strip() for name in model.split(",") if name.strip()]
    variant = names[0] if len(names) == 1 and "-" not in names[0] else ""
    if not names or variant:
        variant = variant or target.replace("-", "_").partition("_")[2].lower()
        return [_direct(modes, wanted, variant, explicit=bool(names))]
    unknown = next((name for name in names if name not in modes), None)
    if unknown is not None:
        raise UsageError(f"apertium has no mode called {unknown!r}" + suggestion(unknown, modes))
    chain = [modes[name] for name in names]
    ends = [(chain[0].source, chain[-1].target)]
    for before, after in pairwise(chain):
        if before.target != after.source:
            raise UsageError(
                f"apertium: found the modes {before.name!r} and {after.name!r} one after the "
                f"other, wanted the second to start from {before.target!r}"
            )
    if ends[0] != wanted:
        raise UsageError(
            f"apertium: found the model {model!r}, which leads from {ends[0][0]!r} to "
            f"{ends[0][1]!r}, wanted one from {wanted[0]!r} to {wanted[1]!r}"
        )
    return chain


def _direct(modes: dict[str, Mode], wanted: tuple[str, str], variant: str, explicit: bool) -> Mode:
    here = [m for m in modes.values() if (m.source, m.target) == wanted]
    for mode in here:
        if mode.variant == variant:
            return mode
    if explicit and here:
        known = [m.variant for m in here if m.variant] or ["none"]
        raise UsageError(
            f"apertium has no variant {variant!r} from {wanted[0]!r} to {wanted[1]!r}"
            + suggestion(variant, known)
        )
    plain = [m for m in here if not m.variant]
    if plain:
        return plain[0]
    raise UsageError(_not_installed(modes, wanted))


def _not_installed(modes: dict[str, Mode], wanted: tuple[str, str]) -> str:
    source, target = wanted
    from_here = sorted({m.target for m in modes.values() if m.source == source})
    text = (
        f"apertium cannot translate from {source!r} to {target!r} here: installed from "
        f"{source!r} are {', '.join(from_here) or 'none'}"
    )
    pivots = [
        f"{a.name},{b.name}"
        for a in modes.values()
        for b in modes.values()
        if a.source == source and b.target == target and a.target == b.source
        and not a.variant and not b.variant
    ]  # fmt: skip
    if pivots:
        return f"{text}; by way of another language: --model {pivots[0]}"
    if wanted in PACKAGES:
        return f"{text}; to install it: apt-get install -y apertium {PACKAGES[wanted]}"
    second = next((p for p in PACKAGES if p[1] == target and (source, p[0]) in PACKAGES), None)
    if second is not None:
        return (
            f"{text}; a pivot through {second[0]!r} exists: apt-get install -y "
            f"{PACKAGES[source, second[0]]} {PACKAGES[second]}"
        )
    return f"{text}; Debian's pairs are listed by: apt-cache search ^apertium-"


@cache
def commands(path: str) -> tuple[list[str], list[list[str]]]:
    """A mode's processes: the analyser, and all that follow it.

    Raises:
        EngineError: the mode file cannot be read.
    """
    done = _called("apertium-wblank-mode", "-z", path)
    if done.returncode or not done.stdout.strip():
        raise EngineError(f"{path}: apertium-wblank-mode failed: {done.stderr.strip()[-200:]}")
    # $1 is how the generator marks unknown words (-n: not at all), $2 an option of the tagger.
    line = done.stdout.strip().replace("$1", "-n").replace("$2", "")
    stages: list[list[str]] = [[]]
    for word in shlex.split(line):
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    return stages[0], stages[1:]


@cache
def version(path: str) -> str:
    """The language package's version as dpkg knows it, else Apertium's own.

    Raises:
        EngineError: a program that is asked ends by a signal again and again.
    """
    package = _answer("dpkg-query", "-S", path).partition(":")[0].strip()
    if package and (shown := _answer("dpkg-query", "-W", "-f", "${Version}", package).strip()):
        return f"{package} {shown}"
    return _answer("apertium", "-V").partition("\n")[0].strip()


def _answer(*command: str) -> str:
    """What a program prints, "" where it cannot be started."""
    try:
        return _called(*command).stdout
    except OSError:
        return ""


def _called(*command: str) -> subprocess.CompletedProcess[str]:
    """A program run to its end, again where something killed it: half an answer is none.

    Raises:
        EngineError: it ends by a signal each time.
    """
    for _ in range(_ATTEMPTS):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode >= 0:
            return done
    raise EngineError(f"{command[0]}: ended by signal {-done.returncode}, {_ATTEMPTS} times")
