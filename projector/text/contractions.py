"""Contracted words of a language and what they stand for: ``nas`` is ``em as``, ``del`` ``de el``.

Treebanks (Universal Dependencies) and the gold data made from them count the parts as words of
their own, running text does not; training data should be cut as the data that the model will be
tried on is. Words that are a contraction only sometimes (French *des*, Portuguese *consigo*) are
left out, those that nearly always are one (Portuguese *nos*, Italian *della*) are in.
"""

from __future__ import annotations

from collections.abc import Mapping

from projector.errors import UsageError
from projector.text.languages import base_language


def _table(rows: str) -> dict[str, tuple[str, ...]]:
    """``"do=de o, da=de a"`` as a mapping from the contraction to its parts."""
    pairs = (row.split("=") for row in rows.replace("\n", " ").split(",") if row.strip())
    return {word.strip(): tuple(parts.split()) for word, parts in pairs}


_PORTUGUESE = """
do=de o, da=de a, dos=de os, das=de as, no=em o, na=em a, nos=em os, nas=em as, ao=a o, aos=a os,
à=a a, às=a as, pelo=por o, pela=por a, pelos=por os, pelas=por as, num=em um, numa=em uma,
nuns=em uns, numas=em umas, dum=de um, duma=de uma, duns=de uns, dumas=de umas,
deste=de este, desta=de esta, destes=de estes, destas=de estas, disto=de isto,
desse=de esse, dessa=de essa, desses=de esses, dessas=de essas, disso=de isso,
daquele=de aquele, daquela=de aquela, daqueles=de aqueles, daquelas=de aquelas,
daquilo=de aquilo, neste=em este, nesta=em esta, nestes=em estes, nestas=em estas, nisto=em isto,
nesse=em esse, nessa=em essa, nesses=em esses, nessas=em essas, nisso=em isso,
naquele=em aquele, naquela=em aquela, naqueles=em aqueles, naquelas=em aquelas,
naquilo=em aquilo, àquele=a aquele, àquela=a aquela, àqueles=a aqueles, àquelas=a aquelas,
àquilo=a aquilo, dele=de ele, dela=de ela, deles=de eles, delas=de elas, nele=em ele, nela=em ela,
neles=em eles, nelas=em elas, daqui=de aqui, daí=de aí, dali=de ali
"""
_ITALIAN = """
del=di il, dello=di lo, della=di la, dell'=di l', dei=di i, degli=di gli, delle=di le,
al=a il, allo=a lo, alla=a la, all'=a l', ai=a i, agli=a gli, alle=a le,
dal=da il, dallo=da lo, dalla=da la, dall'=da l', dai=da i, dagli=da gli, dalle=da le,
nel=in il, nello=in lo, nella=in la, nell'=in l', nei=in i, negli=in gli, nelle=in le,
sul=su il, sullo=su lo, sulla=su la, sull'=su l', sui=su i, sugli=su gli, sulle=su le,
col=con il
"""
_GALICIAN = """
do=de o, da=de a, dos=de os, das=de as, no=en o, na=en a, nos=en os, nas=en as, ao=a o, aos=a os,
á=a a, ás=a as, polo=por o, pola=por a, polos=por os, polas=por as, co=con o, coa=con a,
cos=con os, coas=con as, dun=de un, dunha=de unha, nun=en un, nunha=en unha
"""
CONTRACTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ca": _table("al=a el, als=a els, del=de el, dels=de els, pel=per el, pels=per els"),
    "de": _table(
        "im=in dem, am=an dem, zum=zu dem, zur=zu der, vom=von dem, beim=bei dem, ins=in das, "
        "ans=an das"
    ),
    "es": _table("al=a el, del=de el"),
    "fr": _table("au=à le, aux=à les, du=de le"),
    "gl": _table(_GALICIAN),
    "it": _table(_ITALIAN),
    "pt": _table(_PORTUGUESE),
}


def contractions(lang: str) -> Mapping[str, tuple[str, ...]]:
    """The contractions of a language in lower case, each with its parts.

    Raises:
        UsageError: there is no table for the language.
    """
    table = CONTRACTIONS.get(base_language(lang))
    if table is None:
        raise UsageError(
            f"contractions: found the language {lang!r}, wanted one of {', '.join(CONTRACTIONS)}"
        )
    return table


def parts_of(word: str, table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The parts of a contraction, with its capitals; None for any other word.

    >>> parts_of("Na", CONTRACTIONS["pt"]), parts_of("DEL", CONTRACTIONS["es"])
    (('Em', 'a'), ('DE', 'EL'))
    """
    parts = table.get(word.lower().replace("’", "'"))
    if parts is None:
        return None
    if len(word) > 1 and word.isupper():
        return tuple(part.upper() for part in parts)
    if word[0].isupper():
        return parts[0].capitalize(), *parts[1:]
    return parts
