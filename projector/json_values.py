"""The types of what was read as JSON or YAML, and of what is written as such.

What stands in a value is asked of the value (`isinstance`); the type says nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Json = object
else:
    Json = Any  # msgspec takes ``object`` for a class of its own

JsonObject = dict[str, Json]
