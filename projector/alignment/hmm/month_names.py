"""Evidence from the calendar: Chinese and Japanese number the months that English names.

``January 27`` is ``1月27日``: no spelling says so, and a few records hold each month once at most.
"""

from __future__ import annotations

import numpy as np

from projector.alignment.hmm.pairs_of_forms import FormPairs
from projector.alignment.hmm.vocabulary import Vocabulary
from projector.text.languages import base_language

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_NUMBERING = frozenset({"zh", "yue", "wuu", "ja"})
WORTH = 0.5  # observations: `may` and `march` are other words too


def month_names(vocabulary: Vocabulary, languages: tuple[str, str]) -> FormPairs:
    """The pairs of a month's name and what its dates are written with; none for other languages."""
    plain = [base_language(lang) for lang in languages]
    turned = plain[0] in _NUMBERING
    named, numbered = vocabulary.forms[::-1] if turned else vocabulary.forms
    pairs: list[tuple[int, int]] = []
    if "en" in plain and not _NUMBERING.isdisjoint(plain):
        words = {form: n for n, form in enumerate(named)}
        signs = {form: n for n, form in enumerate(numbered)}
        for month, name in enumerate(_MONTHS, 1):
            dated = str(month), "月", "日", f"{month}月"
            pairs += [(words[name], signs[d]) for d in dated if name in words and d in signs]
    one, other = np.array(pairs, np.int32).reshape(-1, 2).T
    source, target = (other, one) if turned else (one, other)
    return FormPairs(source, target, np.full(len(pairs), WORTH, np.float32))
