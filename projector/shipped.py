"""Recipes and samples that come with the package.

In a checkout they lie at its top, `recipes/` and `samples/`; a wheel has them inside the package
(setup.py maps them there).
"""

from __future__ import annotations

from pathlib import Path

from projector.errors import UsageError, near_miss

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
    path = Path(name)
    if path.suffix or path.name != name or path.exists():
        return path
    recipes = {file.stem: file for file in shipped_folder("recipes").glob("*.yaml")}
    if name not in recipes:
        raise UsageError(f"no recipe is called {name!r}" + near_miss(name, recipes))
    return recipes[name]


def input_path(name: str) -> str:
    """An input's path; ``samples/ner.jsonl`` is this installation's own where no such file is."""
    path = Path(name)
    if path.parent == Path("samples") and not path.exists():
        own = shipped_folder("samples") / path.name
        if own.is_file():
            return str(own)
    return name
