"""Third person singular for plural, where a question word takes the place of a plural subject.

"What", "who" and their like are singular (and masculine) in these languages: *causaron* becomes
*causó*, *fueron detenidas* *fue detenido*. By ending, with the irregular forms listed; a form that
is not known gives None, and its question is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SPANISH = dict(
    e.split("=")
    for e in """son=es fueron=fue han=ha eran=era están=está estuvieron=estuvo van=va
    iban=iba hicieron=hizo dijeron=dijo tuvieron=tuvo pudieron=pudo pusieron=puso dieron=dio
    vieron=vio quisieron=quiso vinieron=vino trajeron=trajo supieron=supo hubieron=hubo
    anduvieron=anduvo cupieron=cupo""".split()
)
_PORTUGUESE = dict(
    e.split("=")
    for e in """são=é foram=foi têm=tem vêm=vem vão=vai estão=está dão=dá eram=era
    fizeram=fez disseram=disse tiveram=teve estiveram=esteve vieram=veio viram=viu deram=deu
    puderam=pôde puseram=pôs quiseram=quis souberam=soube trouxeram=trouxe houveram=houve
    contêm=contém mantêm=mantém obtêm=obtém devem=deve podem=pode leem=lê veem=vê creem=crê
    obtiveram=obteve mantiveram=manteve querem=quer requerem=requer saem=sai caem=cai
    preveem=prevê descreem=descrê põem=põe saíram=saiu caíram=caiu houve=houve""".split()
)
_GERMAN = dict(
    e.split("=")
    for e in """sind=ist waren=war haben=hat hatten=hatte werden=wird wurden=wurde würden=würde
    können=kann konnten=konnte könnten=könnte müssen=muss mussten=musste sollen=soll
    sollten=sollte wollen=will wollten=wollte dürfen=darf durften=durfte gaben=gab kamen=kam
    gingen=ging nahmen=nahm standen=stand fanden=fand ließen=ließ hielten=hielt blieben=blieb
    starben=starb trafen=traf sahen=sah verloren=verlor gewannen=gewann lagen=lag
    sprachen=sprach trugen=trug schlugen=schlug begannen=begann erhielten=erhielt
    führten=führte brachten=brachte dachten=dachte wussten=wusste möchten=möchte""".split()
)
_DUTCH = dict(
    e.split("=")
    for e in """zijn=is waren=was hebben=heeft hadden=had worden=wordt werden=werd zullen=zal
    zouden=zou kunnen=kan konden=kon moeten=moet moesten=moest mogen=mag willen=wil wilden=wilde
    gaan=gaat gingen=ging kwamen=kwam namen=nam gaven=gaf vonden=vond hielden=hield
    stierven=stierf zagen=zag""".split()
)
_FRENCH = dict(
    e.split("=")
    for e in """ont=a sont=est étaient=était avaient=avait furent=fut seront=sera auront=aura
    vont=va font=fait peuvent=peut doivent=doit veulent=veut viennent=vient
    tiennent=tient prennent=prend disent=dit""".split()
)
_ITALIAN = dict(
    e.split("=")
    for e in """hanno=ha sono=è erano=era avevano=aveva furono=fu vanno=va stanno=sta fanno=fa
    possono=può devono=deve vogliono=vuole danno=dà dicono=dice vengono=viene saranno=sarà
    fecero=fece dissero=disse ebbero=ebbe presero=prese misero=mise videro=vide
    vinsero=vinse""".split()
)


def _spanish(form: str) -> str | None:
    if form.endswith("jeron"):
        return form[:-4] + "o"
    for plural, singular in (("aron", "ó"), ("yeron", "yó"), ("ieron", "ió")):
        if form.endswith(plural):
            return form[: -len(plural)] + singular
    return form[:-1] if re.search(r"(an|en|án|én)$", form) else None


def _portuguese(form: str) -> str | None:
    if PORTUGUESE_INFINITIVE.search(form):
        return None
    for plural, singular in (
        ("avam", "ava"), ("iam", "ia"), ("aram", "ou"), ("eram", "eu"), ("iram", "iu"),
        ("zem", "z"), ("eem", "ê"), ("aem", "ai"), ("õem", "õe"), ("guem", "gue"),
        ("quem", "que"), ("uem", "ui"), ("rão", "rá"), ("am", "a"), ("em", "e"),
    ):  # fmt: skip
        if form.endswith(plural):
            return form[: -len(plural)] + singular
    return None


def _german(form: str) -> str | None:
    present = form.endswith(GERMAN_PRESENT)
    return form[:-1] if form.endswith("ten") and not present else None


def _dutch(form: str) -> str | None:
    return form[:-1] if form.endswith(("den", "ten")) and not form.endswith("nden") else None


def _french(form: str) -> str | None:
    for plural, singular in (("aient", "ait"), ("èrent", "a"), ("ront", "ra"), ("irent", "it")):
        if form.endswith(plural):
            return form[: -len(plural)] + singular
    return None


def _italian(form: str) -> str | None:
    for plural, singular in (("arono", "ò"), ("irono", "ì"), ("avano", "ava"), ("evano", "eva"),
                             ("ivano", "iva"), ("anno", "à"), ("ebbero", "ebbe")):  # fmt: skip
        if form.endswith(plural):
            return form[: -len(plural)] + singular
    return None


# Personal infinitives and future subjunctives: "após os oficiais verificarem". Presents of -erir
# look the same and are told apart by their stems.
PORTUGUESE_INFINITIVE = re.compile(r"(?:[ai]rem|(?<!f)(?<!g)(?<!r)(?<!qu)(?<!ns)erem)")
# Verbs whose stem ends in t: their plural present looks like a weak past.
GERMAN_PRESENT = tuple(
    """bieten halten treten arbeiten leisten kosten raten gelten warten starten achten richten
    leiten streiten schalten walten leuchten deuten reiten fürchten bitten beten""".split()
)
Rule = tuple[dict[str, str], Callable[[str], str | None]]
_RULES: dict[str, Rule] = {
    "es": (_SPANISH, _spanish), "pt": (_PORTUGUESE, _portuguese), "de": (_GERMAN, _german),
    "nl": (_DUTCH, _dutch), "fr": (_FRENCH, _french), "it": (_ITALIAN, _italian),
}  # fmt: skip
_COPULAS = {
    "es": frozenset(("es", "fue", "era", "está", "será", "sería", "sido", "ser")),
    "pt": frozenset(("é", "foi", "era", "está", "será", "seria", "sido", "ser")),
    "it": frozenset(("è", "era", "fu", "sarà", "stato", "stata", "stati", "viene", "venne")),
    "fr": frozenset(("est", "était", "fut", "sera", "été")),
}
_PARTICIPLE = {
    "es": r"(\w+(?:ad|id|ct|st|rt|lt|ut|it|es|ot|uest))(o|a|os|as)$",
    "pt": r"(\w+(?:ad|id|íd|ct|st|rt|lt|ut|it|es|ot))(o|a|os|as)$",
    "it": r"(\w+(?:at|it|ut|tt|st|rt|lt|nt|es|us|os))(o|a|i|e)$",
}


def singular(form: str, lang: str, *, present: bool = False) -> str | None:
    """The third person singular of a third person plural, or None where it is not known.

    Args:
        present: its source verb is in the present: tells Portuguese *esperam* (of *esperar*) from
            *receberam*.
    """
    irregular, rule = _RULES[lang]
    lowered = form.lower()
    if lang == "pt" and present and lowered.endswith(("aram", "eram", "iram")):
        return irregular.get(lowered) or lowered[:-1]
    return irregular.get(lowered) or rule(lowered)


_PLURAL = {
    "es": r"\w+(?:an|en|án|én|on)|son", "pt": r"\w+(?:am|em|ão|êm)|são|vão", "it": r"\w+no|sono",
    "fr": r"\w+(?:ent|ont)|ont|sont|vont|font", "de": r"\w+(?:en|ern)|sind",
    "nl": r"\w+en|zijn",
}  # fmt: skip
_SINGULAR: dict[str, frozenset[str]] = {
    "es": frozenset(("también", "en")), "pt": frozenset(("tem", "vem", "bem", "também")),
    "fr": frozenset(("vient", "tient")), "de": frozenset(),
    "nl": frozenset(), "it": frozenset(),
}  # fmt: skip


def looks_plural(form: str, lang: str) -> bool:
    """True for a verb form with the ending of the third person plural."""
    lowered = form.lower()
    return lowered not in _SINGULAR[lang] and re.fullmatch(_PLURAL[lang], lowered) is not None


def is_copula(form: str, lang: str) -> bool:
    """True for forms of *to be* after which a participle agrees with the subject."""
    return form.lower() in _COPULAS.get(lang, ())


def masculine_singular(participle: str, lang: str) -> str | None:
    """The participle as a question word wants it, or None if it does not look like one."""
    if lang == "fr":
        match = re.fullmatch(r"(\w+[éius])(e?s?)", participle)
        return match[1] if match else None
    pattern = _PARTICIPLE.get(lang)
    match = re.fullmatch(pattern, participle) if pattern else None
    return match[1] + "o" if match else None
