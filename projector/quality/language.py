"""Is the target text in its own language? py3langid over byte n-grams (extra ``eval``)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from projector.engines import missing_package_message
from projector.errors import EngineError, UsageError

MIN_LETTERS = 12  # shorter texts ("Madrid.") say nothing about their language


@lru_cache(maxsize=16)
def _identifier(languages: tuple[str, ...]) -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message("language", "py3langid", "filter")) from error
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    try:
        model.set_languages(languages)
    except ValueError as error:
        raise UsageError(f"the language filter: {error}; leave the language filter out") from error
    return model


def probability(text: str, wanted: str, others: tuple[str, ...]) -> float | None:
    """How probable it is that ``text`` is in ``wanted`` rather than in one of ``others``.

    Returns None for texts too short to tell. Languages are ISO 639-1 codes.

    Raises:
        EngineError: py3langid is not installed.
        UsageError: a language that it does not know.
    """
    if sum(c.isalpha() for c in text) < MIN_LETTERS:
        return None
    languages = tuple(sorted({wanted, *others}))
    if len(languages) < 2:
        return None
    ranked = dict(_identifier(languages).rank(text))
    return float(ranked[wanted])
