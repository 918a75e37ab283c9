"""Forms of English verbs that questions need: the bare form, third person singular, simple past."""

from __future__ import annotations

# Past tense where it differs from the past participle.
PAST_OF_PARTICIPLE = {
    "arisen": "arose", "awoken": "awoke", "beaten": "beat", "become": "became", "begun": "began",
    "bitten": "bit", "blown": "blew", "borne": "bore", "born": "bore", "broken": "broke",
    "chosen": "chose", "come": "came", "done": "did", "drawn": "drew", "driven": "drove",
    "drunk": "drank", "eaten": "ate", "fallen": "fell", "flown": "flew", "forbidden": "forbade",
    "forgiven": "forgave", "forgotten": "forgot", "frozen": "froze", "given": "gave",
    "gone": "went", "grown": "grew", "hidden": "hid", "known": "knew", "overcome": "overcame",
    "overrun": "overran", "overseen": "oversaw", "overtaken": "overtook",
    "overthrown": "overthrew", "proven": "proved", "ridden": "rode", "risen": "rose",
    "rung": "rang", "run": "ran", "seen": "saw", "sewn": "sewed", "shaken": "shook",
    "shown": "showed", "shrunk": "shrank", "sown": "sowed", "spoken": "spoke", "stolen": "stole",
    "struck": "struck", "sung": "sang", "sunk": "sank", "sworn": "swore", "swum": "swam",
    "taken": "took", "thrown": "threw", "torn": "tore", "undergone": "underwent",
    "undertaken": "undertook", "withdrawn": "withdrew", "woken": "woke", "worn": "wore",
    "woven": "wove", "written": "wrote", "mistaken": "mistook", "trodden": "trod",
}  # fmt: skip
SINGULAR = {"are": "is", "were": "was", "have": "has", "do": "does", "'re": "is", "'ve": "has"}
_SIBILANT = ("s", "x", "z", "ch", "sh", "o")
VOWELS = "aeiou"
# Short verbs whose last letter is not doubled.
UNSTRESSED = frozenset(("open", "edit", "exit", "even", "iron"))


def past_of_participle(participle: str) -> str:
    """The simple past of a verb, from its past participle: ``written`` -> ``wrote``."""
    return PAST_OF_PARTICIPLE.get(participle.lower(), participle.lower())


def regular_past(lemma: str) -> frozenset[str]:
    """The spellings of a regular simple past: ``stop`` -> ``stopped``, ``stoped``."""
    if lemma.endswith("e"):
        return frozenset((lemma + "d",))
    if lemma.endswith("y") and lemma[-2:-1] not in VOWELS:
        return frozenset((lemma[:-1] + "ied",))
    doubled = lemma[-1:] not in VOWELS + "wxy" and lemma[-2:-1] in VOWELS
    short = doubled and lemma[-3:-2] not in VOWELS and len(lemma) < 5
    if short and lemma not in UNSTRESSED:
        return frozenset((lemma + lemma[-1] + "ed",))
    return frozenset((lemma + "ed", lemma + "ked"))


def bare_form(form: str, tag: str, lemma: str) -> str:
    """The bare form behind a finite one, where the analysis took the lemma of another verb:
    ``hopes`` is no form of ``hop``, ``waged`` none of ``wag``."""
    form = form.lower()
    if tag == "VBZ" and form.endswith("es") and third_person(lemma) != form:
        return form[:-1] if third_person(form[:-1]) == form else lemma
    if tag == "VBD" and form.endswith("ed") and form not in regular_past(lemma):
        return form[:-1] if lemma == form[:-2] else lemma
    return lemma


def third_person(lemma: str) -> str:
    """The third person singular of a verb's bare form: ``carry`` -> ``carries``."""
    if lemma in ("be", "have", "do"):
        return {"be": "is", "have": "has", "do": "does"}[lemma]
    if lemma.endswith(_SIBILANT):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2:-1] not in VOWELS:
        return lemma[:-1] + "ies"
    return lemma + "s"
