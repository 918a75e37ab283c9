"""Which formats there are: a module of `projector.io.formats` each, and those of other packages.

Names are found without importing anything. Other packages join as engines do (`projector.engines`):

    [project.entry-points."xproject.formats"]
    mine = "my_package.my_format:FORMAT"
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules

import msgspec

from projector.engines import installed, missing_package_message
from projector.errors import EngineError, UsageError, suggestion
from projector.io.formats.shared.format import AnyFormat, Format

GROUP = "xproject.formats"
PACKAGE = "projector.io.formats"
FOLDER = Path(__file__).parents[1]


def names() -> list[str]:
    """The names of all formats."""
    return sorted(_own() | _others())


def _own() -> dict[str, str]:
    """Name -> ``module:attribute`` of this project's formats: the modules beside this folder."""
    return {
        module.name.replace("_", "-"): f"{PACKAGE}.{module.name}:FORMAT"
        for module in iter_modules([str(FOLDER)])
        if not module.ispkg
    }


def _others() -> dict[str, str]:
    """The same of other packages' formats; a name that this project has is this project's."""
    return {entry.name: entry.value for entry in entry_points(group=GROUP)}


def load(name: str) -> AnyFormat:
    """The format of a name.

    Raises:
        UsageError: there is none; the message names the nearest one and all of them.
        EngineError: its module cannot be imported, or has no format of this name.
    """
    where = _own().get(name) or _others().get(name)
    if where is None:
        raise UsageError(f"no format is called {name!r}" + suggestion(name, names()))
    module, _, attribute = where.partition(":")
    try:
        found = getattr(import_module(module), attribute, None)
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message(name, error.name or "", "format")) from error
    if not isinstance(found, Format) or found.name != name:
        raise EngineError(f"{where}: found no format called {name!r}, wanted one under this name")
    return found


def formats() -> list[AnyFormat]:
    """All formats, in the order of their names; those that cannot be imported are left out."""
    found = []
    for name in names():
        try:
            found.append(load(name))
        except EngineError:
            continue
    return found


def find(name: str, *, reading: bool) -> AnyFormat:
    """A format that can be read, or written, as it is wanted.

    Raises:
        UsageError: there is none of that name, or not in this direction.
        EngineError: it needs a package that is not installed.
    """
    found = load(name)
    if (found.read if reading else found.write) is None:
        verb = "read" if reading else "written"
        able = [f.name for f in formats() if (f.read if reading else f.write) is not None]
        raise UsageError(f"the format {name!r} cannot be {verb} (these can: {', '.join(able)})")
    for package in found.packages:
        if not installed(package):
            raise EngineError(missing_package_message(name, package, "format"))
    return found


def option_names(found: AnyFormat) -> list[str]:
    """The options of a format, as users write them."""
    return [field.encode_name for field in msgspec.structs.fields(found.options)]


def read_options(found: AnyFormat, given: Mapping[str, object]) -> msgspec.Struct:
    """Settings as the format's own struct (strings such as "8" are read).

    Raises:
        UsageError: a setting that it does not have, or a value of the wrong type.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(found.options)}
    for key in given:
        if key not in fields:
            raise UsageError(
                f"the format {found.name!r} has no option {key!r}" + suggestion(key, fields)
            )
    plain = {key: _yes_or_no(value, fields[key].default) for key, value in given.items()}
    try:
        options: msgspec.Struct = msgspec.convert(plain, found.options, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(f"options of the format {found.name!r}: {error}") from error
    return options


def _yes_or_no(value: object, default: object) -> object:
    """YAML takes ``yes`` for a boolean; what is wanted depends on the option."""
    if isinstance(value, bool) and isinstance(default, str):
        return "yes" if value else "no"
    if isinstance(default, bool) and value in ("yes", "no"):
        return value == "yes"
    return value
