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


def format_names(incomplete: str) -> list[tuple[str, str]]:
    """Names of file formats that begin as typed, with a line about each."""
    from projector.io.formats.shared.registry import formats

    return [(each.name, each.summary) for each in formats() if each.name.startswith(incomplete)]
