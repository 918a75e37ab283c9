"""Language codes: from what a user types (``es``, ``spa``, ``pt-BR``) to what a model wants.

Every model family writes languages in its own way: ``spa_Latn`` (NLLB), ``__es__`` (M2M-100),
``es_XX`` (mBART), ``>>spa<<`` (OPUS-MT), ``<2es>`` (MADLAD). A family hands its codes to
`find_code`, which picks the one meant, or none, so that a wrong language fails before a model
loads and never comes out as a file in another language.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

from projector.errors import UsageError

# ISO 639-1, ISO 639-3, English name.
_TABLE = """
aa aar Afar|ab abk Abkhaz|af afr Afrikaans|ak aka Akan|am amh Amharic|an arg Aragonese
ar ara Arabic|as asm Assamese|av ava Avar|ay aym Aymara|az aze Azerbaijani|ba bak Bashkir
be bel Belarusian|bg bul Bulgarian|bi bis Bislama|bm bam Bambara|bn ben Bengali|bo bod Tibetan
br bre Breton|bs bos Bosnian|ca cat Catalan|ce che Chechen|ch cha Chamorro|co cos Corsican
cs ces Czech|cv chv Chuvash|cy cym Welsh|da dan Danish|de deu German|dv div Dhivehi
dz dzo Dzongkha|ee ewe Ewe|el ell Greek|en eng English|eo epo Esperanto|es spa Spanish
et est Estonian|eu eus Basque|fa fas Persian|ff ful Fula|fi fin Finnish|fj fij Fijian
fo fao Faroese|fr fra French|fy fry Frisian|ga gle Irish|gd gla Scottish Gaelic|gl glg Galician
gn grn Guarani|gu guj Gujarati|gv glv Manx|ha hau Hausa|he heb Hebrew|hi hin Hindi|hr hrv Croatian
ht hat Haitian Creole|hu hun Hungarian|hy hye Armenian|ia ina Interlingua|id ind Indonesian
ie ile Interlingue|ig ibo Igbo|io ido Ido|is isl Icelandic|it ita Italian|iu iku Inuktitut
ja jpn Japanese|jv jav Javanese|ka kat Georgian|kg kon Kongo|ki kik Kikuyu|kk kaz Kazakh
kl kal Greenlandic|km khm Khmer|kn kan Kannada|ko kor Korean|ks kas Kashmiri|ku kur Kurdish
kv kom Komi|kw cor Cornish|ky kir Kyrgyz|la lat Latin|lb ltz Luxembourgish|lg lug Ganda
li lim Limburgish|ln lin Lingala|lo lao Lao|lt lit Lithuanian|lv lav Latvian|mg mlg Malagasy
mh mah Marshallese|mi mri Maori|mk mkd Macedonian|ml mal Malayalam|mn mon Mongolian|mr mar Marathi
ms msa Malay|mt mlt Maltese|my mya Burmese|nb nob Norwegian Bokmal|ne nep Nepali|nl nld Dutch
nn nno Norwegian Nynorsk|no nor Norwegian|nv nav Navajo|ny nya Chichewa|oc oci Occitan|om orm Oromo
or ori Odia|os oss Ossetian|pa pan Punjabi|pl pol Polish|ps pus Pashto|pt por Portuguese
qu que Quechua|rm roh Romansh|rn run Rundi|ro ron Romanian|ru rus Russian|rw kin Kinyarwanda
sa san Sanskrit|sc srd Sardinian|sd snd Sindhi|se sme Northern Sami|sg sag Sango
sh hbs Serbo-Croatian
si sin Sinhala|sk slk Slovak|sl slv Slovenian|sm smo Samoan|sn sna Shona|so som Somali
sq sqi Albanian|sr srp Serbian|ss ssw Swati|st sot Sotho|su sun Sundanese|sv swe Swedish
sw swa Swahili|ta tam Tamil|te tel Telugu|tg tgk Tajik|th tha Thai|ti tir Tigrinya
tk tuk Turkmen
tl tgl Tagalog|tn tsn Tswana|to ton Tongan|tr tur Turkish|ts tso Tsonga|tt tat Tatar|tw twi Twi
ty tah Tahitian|ug uig Uyghur|uk ukr Ukrainian|ur urd Urdu|uz uzb Uzbek
ve ven Venda|vi vie Vietnamese
vo vol Volapuk|wa wln Walloon|wo wol Wolof|xh xho Xhosa|yi yid Yiddish|yo yor Yoruba|za zha Zhuang
zh zho Chinese|zu zul Zulu
"""
_ROWS = [row.split(" ", 2) for row in _TABLE.replace("\n", "|").split("|") if row]
ISO3 = {two: three for two, three, _ in _ROWS}
ISO2 = {three: two for two, three, _ in _ROWS}
NAMES = {three: name for _, three, name in _ROWS}
# Old or bibliographic codes that are still met.
ISO3.update({"iw": "heb", "in": "ind", "ji": "yid", "mo": "ron", "jw": "jav"})
_OTHER = {"ger": "deu", "fre": "fra", "dut": "nld", "chi": "zho", "cze": "ces", "gre": "ell",
          "rum": "ron", "baq": "eus", "wel": "cym", "ice": "isl", "mac": "mkd", "per": "fas",
          "slo": "slk", "alb": "sqi", "arm": "hye", "geo": "kat", "bur": "mya", "may": "msa",
          "mao": "mri", "tib": "bod"}  # fmt: skip
# A macro-language and the members that models use for it, the likeliest first.
_MEMBERS = {"zho": "cmn", "ara": "arb", "nor": "nob nno", "fas": "pes prs", "msa": "zsm zlm",
            "est": "ekk", "lav": "lvs", "swa": "swh", "sqi": "als", "aze": "azj", "uzb": "uzn",
            "mon": "khk", "yid": "ydd", "ori": "ory", "pus": "pbt", "nep": "npi", "mlg": "plt",
            "kur": "kmr ckb", "que": "quy", "grn": "gug", "aym": "ayr", "orm": "gaz",
            "ful": "fuv", "kon": "kng", "tgl": "fil", "hbs": "hrv srp bos"}  # fmt: skip
_DEFAULT_SCRIPT = {"zho": "hans", "srp": "cyrl", "kas": "arab", "pan": "guru", "hbs": "latn"}
_REGION_SCRIPT = {("zho", "tw"): "hant", ("zho", "hk"): "hant", ("zho", "mo"): "hant",
                  ("zho", "cn"): "hans", ("zho", "sg"): "hans"}  # fmt: skip


class Language(NamedTuple):
    """A code taken apart: ISO 639-3 language, script and region in lower case ("" if absent)."""

    language: str
    script: str
    region: str


def parse(code: str) -> Language:
    """``pt-BR`` -> (por, "", br); ``zho_Hant`` -> (zho, hant, ""); ``es_XX`` -> (spa, "", "")."""
    first, *rest = re.split(r"[-_]", code.strip().lower())
    language = ISO3.get(first) or _OTHER.get(first) or first
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
    region = next((part for part in rest if len(part) == 2 or part.isdigit()), "")
    # mBART writes a region after every language; "xx", or the code itself, means none.
    region = "" if region == "xx" or region == first else region
    macro = _macro(language)
    script = script or _REGION_SCRIPT.get((macro, region), "")
    return Language(language, script, region)


def _macro(language: str) -> str:
    return next((m for m, members in _MEMBERS.items() if language in members.split()), language)


def english_name(code: str) -> str:
    """The language's English name, or the code itself where it is not in the table."""
    language = parse(code)
    name = NAMES.get(language.language) or NAMES.get(_macro(language.language)) or code
    if language.script in ("hans", "hant"):
        return f"{name} ({'simplified' if language.script == 'hans' else 'traditional'})"
    return f"{name} ({language.region.upper()})" if language.region else name


def find_code(wanted: str, codes: Iterable[str]) -> str | None:
    """The one of a model's ``codes`` that means the language ``wanted``, or None.

    An exact code wins; then the same language, preferring the wanted script and region, and for
    a macro-language (``zh``, ``ar``, ``no``) the member models usually mean by it.
    """
    codes = list(codes)
    folded = {code.lower().replace("-", "_"): code for code in codes}
    exact = folded.get(wanted.lower().replace("-", "_"))
    if exact is not None:
        return exact
    target = parse(wanted)
    family = [target.language, *_MEMBERS.get(target.language, "").split()]
    family += [m for m in (_macro(target.language),) if m not in family]
    script = target.script or _DEFAULT_SCRIPT.get(_macro(target.language), "")
    best: tuple[tuple[int, ...], str] | None = None
    for code in sorted(codes):
        have = parse(code)
        if have.language not in family:
            continue
        if target.script and have.script and have.script != target.script:
            continue  # another script is another written language, not a near enough match
        rank = (
            family.index(have.language),
            int(bool(script) and have.script != script),
            int(have.region != target.region),
            int(have.script not in ("", "latn")),
        )
        if best is None or rank < best[0]:
            best = (rank, code)
    return best[1] if best else None


def same_language(one: str, other: str) -> bool:
    """Whether two codes name one language (a macro-language and its members count as one)."""
    a, b = parse(one), parse(other)
    if a.script and b.script and a.script != b.script:
        return False
    return _macro(a.language) == _macro(b.language)


def is_known(code: str) -> bool:
    """Whether the table knows the code, so that a comparison with it means something."""
    language = parse(code).language
    return language in NAMES or _macro(language) in NAMES


def no_such_language(model: str, option: str, wanted: str, codes: Iterable[str]) -> UsageError:
    """The error for a language that a model does not have, with the nearest of its codes."""
    known = sorted(set(codes))
    by_name = {name.lower(): three for three, name in NAMES.items()}
    named = by_name.get(wanted.strip().lower())
    meant = find_code(named, known) if named else None
    if meant is None:
        simple = {ISO2.get(parse(c).language, parse(c).language): c for c in known}
        close = difflib.get_close_matches(wanted.lower(), [*known, *simple], n=1, cutoff=0.5)
        meant = simple.get(close[0], close[0]) if close else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return UsageError(
        f"--{option}: found {wanted!r}, wanted a language that {model} has{hint} (it has: {shown})"
    )


_UNSPACED = {"zho", "cmn", "yue", "jpn", "tha", "lao", "khm", "mya", "bod"}


def glue_for(target: str) -> str:
    """What stands between two sentences of a language: a space, or nothing."""
    return "" if parse(target).language in _UNSPACED else " "
