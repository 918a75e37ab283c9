"""What the shell offers for a value while a line is typed: languages and formats.

Engines are offered by `projector.engines.choices`.
"""

from __future__ import annotations


def languages(incomplete: str) -> list[tuple[str, str]]:
    """Codes of languages that begin as typed, with the language's English name."""
    from projector.text.language_codes import english_name
    from projector.text.languages import THREE_LETTERS

    codes = sorted(set(THREE_LETTERS.values()))
    return [(code, english_name(code)) for code in codes if code.startswith(incomplete)]


def readable_formats(incomplete: str) -> list[tuple[str, str]]:
    """Names of file formats that can be read and begin as typed, with a line about each."""
    return _formats(incomplete, reading=True)


def writable_formats(incomplete: str) -> list[tuple[str, str]]:
    """The same of those that can be written."""
    return _formats(incomplete, reading=False)


def _formats(incomplete: str, *, reading: bool) -> list[tuple[str, str]]:
    from projector.io.formats.shared.registry import formats

    return [
        (each.name, each.summary)
        for each in formats()
        if each.name.startswith(incomplete) and (each.read if reading else each.write) is not None
    ]
