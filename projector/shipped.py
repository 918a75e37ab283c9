"""Recipes, templates and samples that come with the package.

In a checkout they lie at its top, `recipes/` and `samples/`; a wheel has them inside the package
(setup.py maps them there).
"""

from __future__ import annotations

from pathlib import Path

from projector.errors import UsageError, suggestion

_PACKAGE = Path(__file__).parent


def shipped_folder(name: str) -> Path:
    """The folder ``recipes`` or ``samples`` of this installation."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def recipe_path(name: str) -> Path:
    """The file that is meant by a recipe's path or, as in ``xproject run ner``, by its bare name.

    Raises:
        UsageError: a bare name that no recipe has, with the nearest one.
    """
    return _path(name, "recipe", "*.yaml")


def template_path(name: str) -> Path:
    """The file that is meant by a template's path or, as in ``--template taco``, by its bare name.

    Raises:
        UsageError: a bare name that no template has, with the nearest one.
    """
    return _path(name, "template", "*.j2")


def _path(name: str, kind: str, pattern: str) -> Path:
    path = Path(name)
    if path.suffix or path.name != name or path.exists():
        return path
    shipped = {file.stem: file for file in shipped_folder("recipes").glob(pattern)}
    if name not in shipped:
        raise UsageError(f"no {kind} is called {name!r}" + suggestion(name, shipped))
    return shipped[name]


def input_path(name: str) -> str:
    """An input's path; ``samples/ner.jsonl`` is this installation's own where no such file is."""
    path = Path(name)
    if path.parent == Path("samples") and not path.exists():
        own = shipped_folder("samples") / path.name
        if own.is_file():
            return str(own)
    return name
