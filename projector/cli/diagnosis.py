"""What an engine needs and whether it is here; ``xproject doctor`` shows it.

An engine class may have ``diagnose() -> list[Finding]`` (a classmethod) that looks at models,
programs and keys without loading anything heavy; packages are looked up here for all of them.
"""

from __future__ import annotations

from msgspec import Struct

from projector.engines import KINDS, Engine, engine_class, install_command, installed, table
from projector.errors import ProjectorError

# Packages that commands use, and the cutting of text into words, not engines.
COMMANDS: dict[str, tuple[str, ...]] = {
    "evaluate": ("seqeval", "sacrebleu"),
    "convert --from hf": ("datasets", "pyarrow"),
    "--executor ray": ("ray",),
    "words of Chinese": ("jieba",),  # without them: characters (text.segmenters)
    "words of Japanese": ("fugashi", "unidic_lite"),
    "words of Thai": ("pythainlp",),
}


class Finding(Struct, frozen=True, omit_defaults=True):
    """One line of the table.

    Attributes:
        what: the engine or command.
        ok: True if it can be used as things are.
        found: what is there: packages, programs, modes, devices, models.
        mend: the exact command that gets what is missing.
    """

    what: str
    ok: bool
    found: str = ""
    mend: str = ""


def diagnose() -> list[Finding]:
    """A finding for every engine of every kind, and for the commands with extra needs."""
    findings = [device()]
    for kind in KINDS:
        for name, engine in table(kind).items():
            findings.extend(_engine(kind, name, engine))
    for command, packages in COMMANDS.items():
        findings.append(_packages(command, packages))
    return findings


def _engine(kind: str, name: str, engine: Engine) -> list[Finding]:
    what = f"{kind.removesuffix('s').replace('_', ' ')} {name}"
    packages = _packages(what, engine.packages)
    if not packages.ok:
        return [packages]
    if (kind, name) == ("translators", "apertium"):
        return [apertium(what)]
    try:
        hook = getattr(engine_class(kind, name), "diagnose", None)
        own = list(hook()) if callable(hook) else []
    except ProjectorError as error:
        return [Finding(what, False, str(error))]
    named = [
        Finding(f"{what}: {f.what}" if f.what and f.what != name else what, f.ok, f.found, f.mend)
        for f in own
    ]
    return named or [packages]


def _packages(what: str, packages: tuple[str, ...]) -> Finding:
    absent = [package for package in packages if not installed(package)]
    if absent:
        mend = install_command(absent[0])
        return Finding(what, False, f"without {', '.join(absent)}", mend)
    return Finding(what, True, ", ".join(packages) if packages else "built in")


def apertium(what: str) -> Finding:
    """Apertium's program and the translations that are installed."""
    import shutil

    from projector.translation.apertium.modes import INSTALL, installed_modes

    if shutil.which("apertium") is None or shutil.which("apertium-wblank-mode") is None:
        return Finding(what, False, "no program 'apertium'", INSTALL)
    modes = sorted(installed_modes())
    if not modes:
        return Finding(what, False, "no language pair", INSTALL)
    pairs = [mode for mode in modes if "_" not in mode]  # "eng-cat_valencia" is a variant
    variants = f" and {len(modes) - len(pairs)} variants" if len(modes) > len(pairs) else ""
    return Finding(what, True, f"modes {', '.join(pairs)}{variants}")


def device() -> Finding:
    """The processors and GPUs that neural engines would use; torch is not imported for it."""
    import os
    from pathlib import Path

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    gpus = len(list(Path("/dev").glob("nvidia[0-9]*")))
    found = f"{cores} processor cores, {f'{gpus} NVIDIA GPUs' if gpus else 'no GPU'}"
    return Finding("device", True, found)
