"""The list of published Firefox Translations models, and the choice of one release for a pair.

The list is what Mozilla's Remote Settings serve (collection ``translations-models-v2``): one
record for each file. The files of one language pair, version and architecture are a `Release`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Struct, field

from projector.errors import DataError
from projector.text.languages import base_language

WANTED = ("model", "vocab", "srcvocab", "trgvocab", "lex")  # kinds of files that a student needs
ARCHITECTURES = ("base-memory", "base", "tiny")  # the better one first
_FINAL = re.compile(r"\d+(\.\d+)*")  # 2.1 is final, 3.0a1 is not
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
Location = Annotated[str, msgspec.Meta(pattern=r"^(?!/)(?!.*(^|/)\.\.(/|$))[\w./-]{1,500}$")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class Attachment(Struct, frozen=True):
    """Where a file lies: a path below the server's base address, and its size as it is sent."""

    location: Location
    size: int = 0


class ModelFile(Struct, frozen=True, rename="camel"):
    """One record of the list.

    Attributes:
        decompressed_hash: SHA-256 of the file after decompression, in hexadecimal digits; ""
            where the list has none.
    """

    name: FileName
    file_type: str
    source_language: Language
    target_language: Language
    attachment: Attachment
    version: Annotated[str, msgspec.Meta(pattern=r"^[\w.]{0,40}$")] = ""
    architecture: Annotated[str, msgspec.Meta(pattern=r"^[\w-]{0,40}$")] | None = None
    decompressed_hash: str | None = None


class Release(Struct, frozen=True):
    """All files of a model."""

    source: str
    target: str
    version: str
    architecture: str
    files: list[ModelFile] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(file.attachment.size for file in self.files)

    @property
    def complete(self) -> bool:
        """Whether a model and a vocabulary for each side are there (a shortlist is optional)."""
        kinds = {file.file_type for file in self.files}
        return "model" in kinds and ("vocab" in kinds or {"srcvocab", "trgvocab"} <= kinds)


class _Body(Struct):
    data: list[msgspec.Raw]


def read_catalogue(body: bytes, where: str) -> list[Release]:
    """The complete, final releases of a list, sorted by source, target, best first.

    Args:
        body: the list as JSON: ``{"data": [record, ...]}``.
        where: its address, for messages.

    Raises:
        DataError: not such a list, or a record that lacks something.
    """
    try:
        records = msgspec.json.decode(body, type=_Body).data
    except msgspec.DecodeError as error:
        raise DataError(
            f"found no list of models ({error}), wanted {{'data': [...]}} as Remote Settings send",
            path=where,
        ) from error
    files = []
    for number, raw in enumerate(records):
        try:
            files.append(msgspec.json.decode(raw, type=ModelFile))
        except msgspec.DecodeError as error:
            raise DataError(f"data[{number}]: {error}", path=where) from error
    return sorted(filter(_usable, _grouped(files)), key=_rank)


def choose(releases: Iterable[Release], source: str, target: str) -> Release | None:
    """The best release of a language pair: the newest version, then the larger architecture."""
    pair = base_language(source), base_language(target)
    fitting = [r for r in releases if (base_language(r.source), base_language(r.target)) == pair]
    return min(fitting, key=_rank, default=None)


def _grouped(files: Iterable[ModelFile]) -> Iterable[Release]:
    groups: dict[tuple[str, str, str, str], Release] = {}
    for file in files:
        if file.file_type not in WANTED:
            continue
        key = file.source_language, file.target_language, file.version, file.architecture or ""
        groups.setdefault(key, Release(*key)).files.append(file)
    return groups.values()


def _usable(release: Release) -> bool:
    return release.complete and _FINAL.fullmatch(release.version) is not None


def _rank(release: Release) -> tuple[str, str, list[int], int]:
    known = release.architecture in ARCHITECTURES
    place = ARCHITECTURES.index(release.architecture) if known else len(ARCHITECTURES)
    newest = [-int(part) for part in release.version.split(".")]
    return release.source, release.target, newest, place
