"""Small YAML files that users write (tasks, specifications), read safely into typed structs.

Aliases are refused: a few lines of them can stand for billions of values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from projector.errors import UsageError

MAX_BYTES = 1 << 20
MAX_DEPTH = 40

Kind = TypeVar("Kind")


def read_yaml(path: str | Path, kind: type[Kind], what: str) -> Kind:
    """The file as a ``kind``; ``what`` is what messages call it ("a task").

    Raises:
        UsageError: no such file, too large, no valid YAML, a key twice, or not such a thing; with
            the line where it is known.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as {what} ({error})") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: found more than {MAX_BYTES} bytes, wanted {what}")
    try:
        return msgspec.convert(_plain(text), kind)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
            place = f"{path}:{error.problem_mark.line + 1}"
            raise UsageError(f"{place}: {error.problem}") from error
        raise UsageError(f"{path}: found no {what.partition(' ')[2]}: {error}") from error


def _plain(text: str) -> object:
    """The document's plain values.

    Raises:
        yaml.YAMLError: no valid YAML.
        ValueError: an alias, a key that stands twice (YAML would silently keep the last) or that
            is no plain value, or what is nested too deeply (which takes the square of the time).
    """
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _problem("found an alias (*), which is not allowed here", event)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _problem(f"found it nested more than {MAX_DEPTH} deep", event)
    _check_keys(yaml.compose(text, yaml.SafeLoader))
    return yaml.safe_load(text)


def _check_keys(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _problem("found a key that is a list or a mapping", key)
            if key.value in seen:
                raise _problem(f"found the key {key.value!r} a second time", key)
            seen.add(key.value)
            _check_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item)


def _problem(text: str, where: yaml.Node | yaml.Event) -> ValueError:
    line = f"line {where.start_mark.line + 1}: " if where.start_mark is not None else ""
    return ValueError(line + text)
