"""Sentences as offsets: light rules over Moses' lists of words that end in a full stop.

A place is the end of a sentence if a terminator stands there, closing quotes and brackets
included, white space follows (not needed after CJK marks), what follows does not begin in lower
case, and a full stop is not one of an abbreviation, an initial, an acronym in mid-sentence, an
ordinal or a list number. An empty line always ends a sentence; a line break does unless it looks
like wrapped text.
"""

from __future__ import annotations

from functools import cache

import regex

from projector.records import Offsets
from projector.text.languages import base_language

_CLOSING = r"[\"'”’»«›‹)\]}】」』》〉）＂]"
_OPENING = r"[\"'“”‘„‚«»‹›(\[{¿¡【「『《〈（—–\-•·*]"
_WIDE = "。！？｡．"  # nothing need follow these
_MARKS = ".!?…。！？｡．।॥؟۔։።፧၊။។៕ຯ"
_SPACELESS_MARKS = "။។៕"
_END = regex.compile(
    rf"(?P<mark>[{_MARKS}]+)(?P<close>(?:{_CLOSING}|[ \u00a0\u202f](?=»))*)(?P<space>\s*)"
)
_GREEK_END = regex.compile(
    _END.pattern.replace(rf"[{_MARKS}]+", rf"(?:[{_MARKS}]+|[;\u037e](?=\s|$))")
)
_BLANK = regex.compile(r"[^\S\n]*\n(?:[^\S\n]*\n)+|\f|\u2029")
_LINE = regex.compile(r"[^\S\n]*\n\s*|\u2028\s*")
_NEXT = regex.compile(rf"{_OPENING}*\s*(?P<first>\S)(?P<word>\w*)")
_WORD_BEFORE = regex.compile(r"[^\s\"'“”‘’«»‹›(\[{]+$")
_ACRONYM = regex.compile(r"\p{L}(?:\.\p{L})+$")
_NUMBER = regex.compile(r"\d{1,3}$|[ivxlcdmIVXLCDM]{1,7}$")

# Languages that write ordinals with a full stop ("am 3. Oktober").
_ORDINALS = frozenset(
    {
        "de", "da", "no", "nb", "nn", "fi", "et", "is", "lv", "hu", "cs", "sk", "sl", "hr", "sr",
        "bs", "pl", "tr", "eu", "lb", "fo", "hsb",
    }
)  # fmt: skip

# After an initial or acronym, these (in title case) begin a sentence far more often than not.
_STARTERS = {
    "en": "The This That These Those It Its He She We They There Their His Her But And So In On "
    "At If When While As For After Before However Then What Why How Our My You Your",
    "es": "El La Los Las Un Una Este Esta Esto Eso Pero Y En Se No Por Para Si Cuando Su Sus Al",
    "ca": "El La Els Les Un Una Aquest Aquesta Això Però I En Es No Per Si Quan",
    "fr": "Le La Les Un Une Ce Cette Il Elle Ils Elles Mais Et Dans En On Nous Si Quand Pour",
    "it": "Il La Lo Gli Le Un Una Questo Questa Ma E In Si Non Per Quando",
    "pt": "O A Os As Um Uma Este Esta Isso Mas E Em Se Não Por Para Quando",
    "de": "Der Die Das Ein Eine Es Er Sie Wir Aber Und In Im Am Auf Wenn Als Dies Diese",
}
_STARTERS_OF = {lang: frozenset(words.split()) for lang, words in _STARTERS.items()}


def split_sentences(text: str, lang: str) -> list[Offsets]:
    """Offsets of the sentences of a text, without the white space around them.

    Args:
        text: any text, of any length.
        lang: its language ("" if unknown: English abbreviations apply).

    Returns:
        Stretches in order that hold every character but white space.
    """
    lang = base_language(lang)
    sentences: list[Offsets] = []
    for a, b in _blocks(text):
        sentences += _in_block(text, a, b, lang)
    return sentences


def _blocks(text: str) -> list[Offsets]:
    """Stretches between empty lines, and between line breaks that are not mere wrapping."""
    blocks, at = [], 0
    for match in _BLANK.finditer(text):
        blocks += _lines(text, at, match.start())
        at = match.end()
    return blocks + _lines(text, at, len(text))


def _lines(text: str, a: int, b: int) -> list[Offsets]:
    breaks = [m.span() for m in _LINE.finditer(text, a, b)]
    if not breaks:
        return [(a, b)]
    widths = [
        y - x for x, y in zip([a, *(e for _, e in breaks)], [s for s, _ in breaks], strict=False)
    ]
    wrapped = len(breaks) >= 2 and 50 <= max(widths) <= 120 and min(widths) >= 0.7 * max(widths)
    blocks, at = [], a
    for start, end in breaks:
        following = text[end : end + 1]
        if not (wrapped or following.islower()):
            blocks.append((at, start))
            at = end
    return [*blocks, (at, b)]


def _in_block(text: str, a: int, b: int, lang: str) -> list[Offsets]:
    found: list[Offsets] = []
    start = a
    end_of = _GREEK_END if lang == "el" else _END
    for match in end_of.finditer(text, a, b):
        if match.end() >= b:
            break
        if _ends(text, match, start, b, lang):
            _add(found, text, start, match.start("space"))
            start = match.end()
    _add(found, text, start, b)
    return found


def _add(found: list[Offsets], text: str, a: int, b: int) -> None:
    """Append the stretch without the white space at its edges, if anything is left."""
    while a < b and text[a].isspace():
        a += 1
    while a < b and text[b - 1].isspace():
        b -= 1
    if a < b:
        found.append((a, b))


def _ends(text: str, match: regex.Match[str], start: int, b: int, lang: str) -> bool:
    mark, space = match["mark"], match["space"]
    if mark[-1] in _WIDE or mark[-1] in _SPACELESS_MARKS:
        # 「...。」と言った: a closing quote with no space after it goes on
        return bool(space) or not match["close"] or text[match.end()] not in "とっはがを、，,"
    if not space:
        return False
    following = _NEXT.match(text, match.end(), b)
    if following is None:
        return True
    first = following["first"]
    if first.islower():
        return False
    if mark != ".":
        return first not in ",;:)]}…"
    if match["close"].strip("\"'”’»«)]") == "" and match["close"]:
        return True  # the full stop of a quotation or of a remark in brackets
    return not _abbreviates(text, match.start(), start, first + following["word"], lang)


def _abbreviates(text: str, stop: int, start: int, following: str, lang: str) -> bool:
    """Is the full stop at ``stop`` part of the word before it, with the sentence going on?"""
    before = _WORD_BEFORE.search(text, max(start, stop - 40), stop)
    if before is None:
        return False
    word = before.group()
    always, before_number = _prefixes(lang)
    if _NUMBER.match(word):
        if not text[start : before.start()].strip(" \t\"'“(["):
            return True  # "1. The first point"
        if lang in _ORDINALS and word.isdigit():
            return len(word) <= 2 and following not in _STARTERS_OF.get(lang, ())
    if word in before_number and following[:1].isdigit():
        return True
    initial = len(word) == 1 and word.isupper()
    if initial or _ACRONYM.search(word):
        return following not in _STARTERS_OF.get(lang, ())
    return word in always


def abbreviations(lang: str) -> frozenset[str]:
    """Words that a full stop may follow in mid-sentence, without it."""
    return _prefixes(base_language(lang))[0]


@cache
def _prefixes(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    """Moses' words that do not end a sentence: always, and only before a number."""
    from sacremoses.corpus import NonbreakingPrefixes

    data = NonbreakingPrefixes()
    near = {"gl": "es", "ast": "es", "oc": "ca", "no": "sv", "nb": "sv", "da": "sv", "uk": "ru"}
    lang = lang if lang in data.available_langs else near.get(lang, "en")
    always: set[str] = set()
    before_number: set[str] = set()
    for line in data.words(lang):
        word, _, rest = line.partition("#")
        (before_number if "NUMERIC_ONLY" in rest else always).add(word.strip().rstrip("."))
    return frozenset(always), frozenset(before_number)
