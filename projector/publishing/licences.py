"""Under which licence the models stand that made a data set: they travel with it.

A stage says its engine and model (`Step`); here the licence of each model is looked up, in the
model's own folder (the card's front matter, a spaCy package's metadata, Debian's copyright file of
an Apertium package), then in the table of `known_licences`. What is not known is said to be
unknown. OUT.run.json and the data set's card hold the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from projector.engines import installed
from projector.publishing.known_licences import (
    NO_MODEL,
    OF_ENGINE,
    forbids_commercial_use,
    known_licence,
)
from projector.records import Step

UNKNOWN = "unknown"
MAX_CARD = 1 << 20  # bytes that are read of a model's card
DEBIAN = Path("/usr/share/doc")

_SPDX_OF_DEBIAN = {
    "GPL-2": "GPL-2.0-only",
    "GPL-2+": "GPL-2.0-or-later",
    "GPL-3": "GPL-3.0-only",
    "GPL-3+": "GPL-3.0-or-later",
}
_INNER_ENGINE = ("scorer", "engine", "translator")  # options that name the engine inside another
_INNER_MODELS = ("generator", "vectors")  # options that name a further model


class ModelLicence(Struct, frozen=True):
    """The licence of a model that a stage used.

    Attributes:
        stage, engine, model: where it was used; "" for the one model that an engine has.
        licence: SPDX identifier where there is one, `UNKNOWN` where nothing says it.
        stated_in: where the licence was read: ``model card``, ``package``, ``publisher`` (our
            table of what publishers state) or "".
        commercial_use: whether it may be used commercially; None where that is not known.
    """

    stage: str
    engine: str
    model: str
    licence: str
    stated_in: str
    commercial_use: bool | None


def licences(steps: Iterable[Step]) -> list[ModelLicence]:
    """The licence of every model that these steps used, each model of a stage once, in order."""
    found: dict[tuple[str, str, str], ModelLicence] = {}
    for step in steps:
        for engine, model in _models(step):
            if (step.stage, engine, model) not in found:
                licence, where = _licence(engine, model, step.version)
                allowed = None if licence == UNKNOWN else not forbids_commercial_use(licence)
                found[step.stage, engine, model] = ModelLicence(
                    step.stage, engine, model, licence, where, allowed
                )
    return list(found.values())


def warning(models: Iterable[ModelLicence]) -> str:
    """One line on the models whose licence forbids commercial use; "" if there are none."""
    found = [
        f"{m.model or m.engine} ({m.stage}) is under {m.licence}, which forbids commercial use"
        for m in models
        if m.commercial_use is False
    ]
    return "; ".join(found)


def _models(step: Step) -> Iterator[tuple[str, str]]:
    """Engine and model of each part of a step that uses a model."""
    engines = [name for name in step.engine.split("+") if name not in NO_MODEL]
    models = [name for name in step.model.split("+") if name]
    if len(engines) == 1:
        yield from ((engines[0], model) for model in models or [""])
    elif len(engines) == len(models):
        yield from zip(engines, models, strict=True)
    else:  # which model is whose is not told: those of a fixed publisher need none
        named = [name for name in engines if name not in OF_ENGINE]
        yield from ((name, "") for name in engines if name in OF_ENGINE)
        yield from (("+".join(named), model) for model in models or [""] if named)
    for option in _INNER_ENGINE:
        inner = step.options.get(option)
        if inner in OF_ENGINE and inner not in engines:
            yield str(inner), ""
    for option in _INNER_MODELS:
        further = step.options.get(option)
        if isinstance(further, str):
            yield from (
                (step.engine, name) for name in further.split("+") if name not in ("", "none")
            )


def _licence(engine: str, model: str, version: str) -> tuple[str, str]:
    """Licence and where it is stated."""
    if engine == "apertium":
        return _of_debian_packages(version)
    if engine in OF_ENGINE:
        return OF_ENGINE[engine], "publisher"
    if not model:
        inner = version.partition(" ")[0]  # "markers" tells the engine inside it as its version
        if inner in OF_ENGINE:
            return OF_ENGINE[inner], "publisher"
        if inner == "apertium":
            return _of_debian_packages(version.partition(" ")[2])
        return UNKNOWN, ""
    if engine == "spacy" and (stated := _of_package(model)):
        return stated, "package"
    if stated := card_licence(model):
        return stated, "model card"
    if stated := known_licence(_full_name(model)):
        return stated, "publisher"
    return UNKNOWN, ""


def card_licence(model: str) -> str:
    """What the front matter of a model's README.md says: of a folder, or of the hub's local cache.

    The hub's ``license: other`` counts as its ``license_name``. "" where nothing is said.
    """
    card = Path(model).expanduser() / "README.md"
    if not card.is_file():
        cached = _cached_card(model)
        if cached is None:
            return ""
        card = cached
    with open(card, "rb") as stream:
        text = stream.read(MAX_CARD).decode("utf-8", "replace")
    match = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", text, re.DOTALL)
    if match is None:
        return ""
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError:
        return ""
    stated = front.get("license") if isinstance(front, dict) else None
    if stated == "other":
        stated = front.get("license_name")
    if isinstance(stated, list):
        return " AND ".join(_spdx(str(name)) for name in stated)
    return _spdx(str(stated)) if stated else ""


def _cached_card(model: str) -> Path | None:
    """The card of a hub name, where a download has left it on this machine."""
    if model.count("/") > 1 or model.startswith(("/", ".", "~")) or not installed(
        "huggingface_hub"
    ):  # fmt: skip
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        path = try_to_load_from_cache(model, "README.md")
    except HFValidationError:
        return None
    return Path(path) if isinstance(path, str) else None


def _spdx(licence: str) -> str:
    """The hub writes identifiers in lower case; people know them as SPDX writes them."""
    upper = licence.upper()
    return {"APACHE-2.0": "Apache-2.0", "BSD-3-CLAUSE": "BSD-3-Clause"}.get(
        upper, upper if re.match(r"(CC-|CC0-|MIT$|A?L?GPL-|MPL-)", upper) else licence
    )


def _full_name(model: str) -> str:
    """The name of a model, with the one that its configuration says it was made from."""
    folder = Path(model).expanduser()
    config = folder / "config.json"
    if not config.is_file():
        return model
    try:
        plain = msgspec.json.decode(config.read_bytes())
    except msgspec.DecodeError:
        plain = {}
    origin = plain.get("_name_or_path", "") if isinstance(plain, dict) else ""
    return f"{folder.name} {origin}"


def _of_package(module: str) -> str:
    """The licence that an installed package states, such as a spaCy pipeline's; "" for none."""
    for name in (module, *packages_distributions().get(module, [])):
        try:
            told = metadata(name).json
        except (PackageNotFoundError, ValueError):
            continue
        if stated := told.get("license_expression") or told.get("license"):
            return str(stated)
    return ""


def _of_debian_packages(version: str) -> tuple[str, str]:
    """The licences of Apertium packages ("apertium-eng-spa 0.8.1-2, ...") as Debian states them."""
    stated = []
    for item in version.split(", "):
        copyright = DEBIAN / item.partition(" ")[0] / "copyright"
        if not item or not copyright.is_file():
            continue
        text = copyright.read_text("utf-8", "replace")
        match = re.search(r"^Files: \*\n(?:.*\n)*?License: *(\S+)", text, re.MULTILINE)
        if match is not None:
            stated.append(_SPDX_OF_DEBIAN.get(match[1], match[1]))
    if stated:
        return " AND ".join(dict.fromkeys(stated)), "package"
    return "GPL", "publisher"
