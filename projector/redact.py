"""Secrets kept out of everything that is written or shown: records, run files, messages.

A password may stand in an option by mistake or of need (``url=http://me:pw@host/v1?api_key=...``).
What leaves the process shows ``***`` in its place; the engine itself gets the real value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from projector.json_values import JsonObject

HIDDEN = "***"
SHORTEST = 6  # characters of a secret that is looked for inside other text

_SENSITIVE = (
    r"(?:[\w-]*(?:api[_-]?key|token|secret|passw(?:or)?d|pwd|signature|credential)s?|key|sig|auth)"
)
_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/?#'\"@]*(?:@[^\s/?#'\"@]*)*@")
_PARAMETER = re.compile(rf"(?i)([?&;]{_SENSITIVE}=)[^&;#\s'\"]+")
# "tokens" and "key_env" say how many or where, not what.
_NAME = re.compile(r"(?i)(?:.*[_-])?(?:api[_-]?key|token|secret|passw(?:or)?d|pwd|authorization)$")


def redacted(text: str) -> str:
    """The text with passwords and keys in its URLs hidden."""
    return _PARAMETER.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1{HIDDEN}@", text))


def redacted_options(options: Mapping[str, object]) -> JsonObject:
    """Options as they may be shown: values of options called as secrets are, and secrets in URLs,
    are hidden; at any depth."""
    return {name: _redacted_value(name, value) for name, value in options.items()}


def _redacted_value(name: str, value: object) -> object:
    if isinstance(value, str):
        return HIDDEN if value and _NAME.match(name) else redacted(value)
    if isinstance(value, Mapping):
        return {key: _redacted_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted_value(name, inner) for inner in value]
    return value


def secrets_of(url: str) -> list[str]:
    """The passwords and keys that stand in a URL, and what a header makes of them (RFC 7617), which
    a server may repeat. A user without a password is a key."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    found = []
    if user or password:
        header = base64.b64encode(f"{user}:{password}".encode()).decode()
        found = [password or user, header.rstrip("=")]
    for name, value in parse_qsl(parts.query):
        if re.fullmatch(_SENSITIVE, name, re.IGNORECASE):
            found.append(value)
    return found


class Redactor:
    """Finds known secrets in text that comes from outside, e.g. in what a server echoes.

    Args:
        secrets: the values; those shorter than `SHORTEST` are left alone, since they would be
            found in any text.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= SHORTEST
            for form in (secret, quote(secret, safe=""), secret.replace('"', '\\"'))
        }
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def found_in(self, text: str) -> bool:
        """Whether one of the secrets stands in the text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def __call__(self, text: str) -> str:
        """The text with the secrets, and those in its URLs, hidden."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return redacted(text)
