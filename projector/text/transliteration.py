"""Words of any script in one rough Latin spelling, so that names can be compared across scripts.

This is for comparing, not for reading: accents go, letters that sound alike fall together
(``Москва`` and ``Moskva``, ``Katharina`` and ``Catarina``), and scripts that write no short vowels
are compared by consonants (`skeleton`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii


def _table(letters: str, spellings: str) -> dict[int, str]:
    return {
        ord(letter): "" if spelling == "-" else spelling
        for letter, spelling in zip(letters.split(), spellings.split(), strict=True)
    }


_CYRILLIC = _table(
    "а б в г д е ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я ё і ї є ґ ў ј љ њ ћ ђ џ ѓ ќ ѕ",
    "a b v g d e j z i i k l m n o p r s t u f h ts ch sh sht - i - e iu ia e i i ie g u i li ni "
    "ch dj dj g k dz",
)
_GREEK = _table(
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ ς τ υ φ χ ψ ω",
    "a v g d e z i th i k l m n ks o p r s s t i f h ps o",
)
_ARABIC = _table(
    "ا أ إ آ ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي ى ة ء ئ ؤ پ چ ژ گ ک ی ھ ہ",
    "a a i a b t th j h h d d r z s sh s d t z a g f k k l m n h u i a a - i u p ch j g k i h h",
)
_HEBREW = _table(
    "א ב ג ד ה ו ז ח ט י כ ך ל מ ם נ ן ס ע פ ף צ ץ ק ר ש ת",
    "a b g d h u z h t i k k l m m n n s a p p ts ts k r sh t",
)
_DEVANAGARI = _table(
    "अ आ इ ई उ ऊ ए ऐ ओ औ क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल व श ष स ह "
    "ा ि ी ु ू े ै ो ौ ं ँ ् ़ ृ ॉ ऑ",
    "a a i i u u e e o o k k g g n ch ch j j n t t d d n t t d d n p f b b m i r l v sh sh s h "
    "a i i u u e e o o n n - - ri o o",
)
_GEORGIAN = _table(
    "ა ბ გ დ ე ვ ზ თ ი კ ლ მ ნ ო პ ჟ რ ს ტ უ ფ ქ ღ ყ შ ჩ ც ძ წ ჭ ხ ჯ ჰ",
    "a b g d e v z t i k l m n o p j r s t u p k g k sh ch ts dz ts ch h j h",
)
_ARMENIAN = _table(
    "ա բ գ դ ե զ է ը թ ժ ի լ խ ծ կ հ ձ ղ ճ մ յ ն շ ո չ պ ջ ռ ս վ տ ր ց ւ փ ք օ ֆ և",
    "a b g d e z e e t j i l h ts k h dz g ch m i n sh o ch p dj r s v t r ts u p k o f ev",
)
_LATIN = _table(
    "ł ø đ ð þ æ œ ß ı ħ ŋ ə ŀ ĸ",
    "l o d d th ae oe ss i h n e l k",
)
_MARKS = {
    ord(mark): plain
    for plain, marks in {
        '"': "«»“”„‟″「」『』《》",
        "'": "‘’‚‛′`´",
        "-": "–—―‐‑−",
        ".": "。．।٫",
        ",": "、，،٬",
        ";": "；؛",
        ":": "：",
        "?": "？؟",
        "!": "！",
        "(": "（",
        ")": "）",
        "...": "…",
        "%": "٪％",
    }.items()
    for mark in marks
}
_ALL = {
    **_CYRILLIC,
    **_GREEK,
    **_ARABIC,
    **_HEBREW,
    **_DEVANAGARI,
    **_GEORGIAN,
    **_ARMENIAN,
    **_LATIN,
    **_MARKS,
}
# Scripts without a table of their own. Chinese characters are not read: whether they spell a name
# or a word is not to be seen from them.
_HAN = re.compile(
    "[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\U00020000-\U0003ffff]"
)
_OTHER_SCRIPT = re.compile("[\u0980-\u109f\u1100-\u1fff\u3041-\u30ff\ua800-\udfff]")
_VOWEL_FIRST = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])([\u0e01-\u0e2e\u0e81-\u0eae])")
_ABJAD = re.compile("[\u0590-\u08ff\u0900-\u097f]")

# Spellings that one sound has in different languages, longest first.
_ALIKE = [
    ("tsch", "ch"), ("tch", "ch"), ("sch", "sh"), ("cz", "ch"), ("ch", "h"), ("kh", "h"),
    ("ph", "f"),
    ("th", "t"), ("qu", "k"), ("ck", "k"), ("sz", "s"), ("zh", "j"), ("dh", "d"), ("gh", "g"),
    ("x", "ks"), ("q", "k"), ("c", "k"), ("w", "v"), ("y", "i"), ("z", "s"),
]  # fmt: skip
_DOUBLE = re.compile(r"([a-z])\1+")
_VOWELS = re.compile("[aeiou]+")
_NUMBER = re.compile(r"(?<=\d)[.,](?=\d)")


def _romanised(word: str) -> str:
    """A word in a script that the tables above lack, character by character as ``anyascii`` has
    it; Thai and Lao vowels that are written before their consonant are read after it."""
    ordered = _VOWEL_FIRST.sub(r"\2\1", word)
    spelled = "".join(c if _HAN.match(c) else anyascii(c) for c in ordered).lower()
    return spelled.replace("'", "")


@lru_cache(maxsize=500_000)
def fold(word: str) -> str:
    """A word in lower-case Latin letters without accents; digits of any script as 0 to 9.

    Separators inside a number go ("1.500" and "1,500" are the same). What has no Latin spelling
    here (Chinese characters) stays as it is; scripts without a table of their own are romanised by
    ``anyascii``.
    """
    if word.isascii():
        latin = word.lower()
    else:
        # й and ё must be looked up whole, before their marks are taken off.
        spelled = word.lower().translate(_ALL)
        plain = unicodedata.normalize("NFKD", spelled)
        kept = (c for c in plain if not unicodedata.combining(c))
        latin = "".join(kept).translate(_ALL)
        if _OTHER_SCRIPT.search(latin):
            latin = _romanised(unicodedata.normalize("NFC", spelled))
        if not latin.isascii():
            latin = "".join(str(unicodedata.digit(c, -1)) if c.isdigit() else c for c in latin)
    return _NUMBER.sub("", latin) if any(map(str.isdigit, latin)) else latin


@lru_cache(maxsize=500_000)
def sound(word: str) -> str:
    """The fold with spellings of one sound fallen together and doubled letters single."""
    text = fold(word)
    if not any(map(str.isalpha, text)):
        return text
    for spelling, same in _ALIKE:
        text = text.replace(spelling, same)
    return _DOUBLE.sub(r"\1", text)


def skeleton(word: str) -> str:
    """The consonants of `sound`."""
    return _VOWELS.sub("", sound(word))


def writes_few_vowels(word: str) -> bool:
    """Whether the word is in a script that leaves vowels out (Arabic, Hebrew) or implies them
    (Devanagari), so that `skeleton` is what can be compared."""
    return _ABJAD.search(word) is not None
