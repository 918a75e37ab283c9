"""Language codes: users write ``es``, ``spa``, ``pt-BR`` or ``spa_Latn``; we think in ``es``."""

from __future__ import annotations

from functools import lru_cache

# ISO 639-2/3 -> ISO 639-1, for the languages that engines and tokenisers here have heard of.
THREE_LETTERS = {
    "afr": "af", "amh": "am", "ara": "ar", "arb": "ar", "asm": "as", "ast": "ast", "aze": "az",
    "azj": "az", "bel": "be", "ben": "bn", "bos": "bs", "bul": "bg", "cat": "ca", "ces": "cs",
    "cze": "cs", "cmn": "zh", "cym": "cy", "dan": "da", "deu": "de", "ger": "de", "ell": "el",
    "gre": "el", "eng": "en", "epo": "eo", "est": "et", "ekk": "et", "eus": "eu", "baq": "eu",
    "fas": "fa", "pes": "fa", "per": "fa", "fin": "fi", "fra": "fr", "fre": "fr", "gle": "ga",
    "glg": "gl", "guj": "gu", "hau": "ha", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu",
    "hye": "hy", "arm": "hy", "ind": "id", "isl": "is", "ice": "is", "ita": "it", "jpn": "ja",
    "kan": "kn", "kat": "ka", "geo": "ka", "kaz": "kk", "khm": "km", "kor": "ko", "lao": "lo",
    "lat": "la", "lav": "lv", "lvs": "lv", "lit": "lt", "ltz": "lb", "mal": "ml", "mar": "mr",
    "mkd": "mk", "mac": "mk", "mlt": "mt", "mon": "mn", "khk": "mn", "msa": "ms", "zsm": "ms",
    "mya": "my", "bur": "my", "nep": "ne", "npi": "ne", "nld": "nl", "dut": "nl", "nob": "nb",
    "nno": "nn", "nor": "no", "oci": "oc", "ori": "or", "ory": "or", "pan": "pa", "pol": "pl",
    "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "sin": "si", "slk": "sk", "slo": "sk",
    "slv": "sl", "som": "so", "spa": "es", "sqi": "sq", "alb": "sq", "als": "sq", "srp": "sr",
    "swa": "sw", "swh": "sw", "swe": "sv", "tam": "ta", "tel": "te", "tgl": "tl", "tha": "th",
    "tur": "tr", "ukr": "uk", "urd": "ur", "uzb": "uz", "uzn": "uz", "vie": "vi", "yor": "yo",
    "zho": "zh", "chi": "zh", "zul": "zu",
}  # fmt: skip


@lru_cache(maxsize=1024)
def base_language(code: str) -> str:
    """The plain language of a code: ISO 639-1 where there is one, without region or script.

    >>> [base_language(code) for code in ("pt-BR", "spa_Latn", "EN", "xyz", "")]
    ['pt', 'es', 'en', 'xyz', '']
    """
    plain = code.strip().replace("_", "-").partition("-")[0].lower()
    return THREE_LETTERS.get(plain, plain)
