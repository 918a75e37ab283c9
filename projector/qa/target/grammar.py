"""Closed-class words of the languages whose clauses are turned into questions.

One `Grammar` for each: question words, prepositions with their contractions, articles, auxiliaries
and what else stands around a verb. What is open-class comes from the sentence itself and from the
word alignment, so no lexicon is needed.
"""

from __future__ import annotations

from msgspec import Struct


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(text: str) -> dict[str, str]:
    """``"al=a del=de"`` as a mapping."""
    return dict(entry.split("=") for entry in text.split())


class Grammar(Struct, frozen=True):
    """What is known of one language.

    Attributes:
        order: ``verb first`` (Spanish, Italian: the verb group comes before the subject), ``as
            stated`` (Portuguese), ``est-ce que`` (French) or ``verb second`` (German, Dutch).
        words: the question word for each kind of question (see `qa.base.Frame`); kinds that are
            missing are refused. ``after_preposition`` replaces them behind a preposition.
        prepositions: with what they stand for without an article (``del`` -> ``de``).
        clitics: words that belong to the verb and stand before it.
        auxiliaries: finite forms that begin a verb group.
        negations: words that deny; a clause with one is refused.
        subordinators: words before an embedded clause, never part of it.
        time, place: prepositions that "when" and "where" stand for together with their noun.
        linking: adverbs that tie a sentence to the one before, left out of a question.
        articles: possessives with them, which leave with the answer as articles do.
        is_: "is", for offices that someone holds.
    """

    order: str
    words: dict[str, str]
    after_preposition: dict[str, str]
    articles: frozenset[str]
    prepositions: dict[str, str]
    clitics: frozenset[str]
    auxiliaries: frozenset[str]
    negations: frozenset[str]
    conjunctions: frozenset[str]
    subordinators: frozenset[str]
    time: frozenset[str]
    place: frozenset[str]
    because: frozenset[str]
    is_: str
    opening: str = ""
    function_words: frozenset[str] = frozenset()
    linking: frozenset[str] = frozenset()


SPANISH = Grammar(
    "verb first",
    {
        "who": "quién", "who plural": "quiénes", "what": "qué", "when": "cuándo",
        "where": "dónde", "how long": "cuánto tiempo", "for how much": "por cuánto",
        "how much": "cuánto", "why": "por qué", "how many masculine": "cuántos",
        "how many feminine": "cuántas", "which country": "qué país",
        "which state": "qué estado", "which organisation": "qué organización",
    },
    {},
    _set("el la los las un una unos unas lo su sus"),
    _table("a=a al=a de=de del=de en=en con=con por=por para=para sobre=sobre contra=contra "
           "entre=entre hacia=hacia desde=desde hasta=hasta durante=durante sin=sin tras=tras "
           "ante=ante bajo=bajo según=según"),
    _set("se me te le les lo la los las nos os"),
    _set("ha han había habían he hemos fue fueron es son era eran está están estaba estaban será "
         "serán sería serían puede pueden podría podrían podía podían debe deben va van iba iban "
         "habrá habrán habría habrían pudo"),
    _set("no nunca jamás nadie nada ningún ninguna ninguno ni tampoco sin"),
    _set("y e o u ni pero"),
    _set("que cuando donde como si porque aunque mientras pues quien cual"),
    _set("en durante a"), _set("en"), _set("porque debido ya que a causa de por culpa gracias"),
    "es", opening="¿", function_words=_set("más muy ya aún todavía"),
    linking=_set("también además asimismo"),
)  # fmt: skip

PORTUGUESE = Grammar(
    "as stated",
    {
        "who": "quem", "what": "o que", "when": "quando", "where": "onde",
        "how long": "quanto tempo", "for how much": "por quanto", "how much": "quanto",
        "why": "por que", "how many masculine": "quantos", "how many feminine": "quantas",
        "which country": "que país", "which state": "que estado",
        "which organisation": "que organização",
    },
    {"what": "que"},
    _set("o a os as um uma uns umas seu sua seus suas"),
    _table("ao=a à=a aos=a às=a de=de do=de da=de dos=de das=de em=em no=em na=em nos=em "
           "nas=em num=em numa=em com=com por=por pelo=por pela=por pelos=por pelas=por para=para "
           "sobre=sobre contra=contra entre=entre até=até desde=desde durante=durante sem=sem "
           "após=após sob=sob"),
    _set("se me te lhe lhes nos"),
    _set("tem têm tinha tinham foi foram é são era eram está estão estava estavam será serão seria "
         "seriam pode podem poderia poderiam podia deve devem vai vão ia iam há havia terá teria "
         "teve"),
    _set("não nunca jamais ninguém nada nenhum nenhuma nem sem"),
    _set("e ou mas nem"),
    _set("que quando onde como se porque embora enquanto pois quem qual cujo cuja"),
    _set("em no na nos nas num numa durante a à ao às"), _set("em no na nos nas num numa"),
    _set("porque pois devido por causa graças já que"), "é",
    function_words=_set("mais muito ainda"),
    linking=_set("também já entretanto contudo"),
)  # fmt: skip

ITALIAN = Grammar(
    "verb first",
    {
        "who": "chi", "what": "che cosa", "when": "quando", "where": "dove",
        "how long": "quanto tempo", "for how much": "per quanto", "how much": "quanto",
        "why": "perché", "how many masculine": "quanti", "how many feminine": "quante",
        "which country": "quale paese", "which state": "quale stato",
        "which organisation": "quale organizzazione",
    },
    {},
    _set("il lo la i gli le un uno una l' un' l’ un’ suo sua suoi sue loro"),
    _table("a=a al=a allo=a alla=a ai=a agli=a alle=a all'=a all’=a di=di del=di dello=di della=di "
           "dei=di degli=di delle=di dell'=di dell’=di da=da dal=da dallo=da dalla=da dai=da "
           "dagli=da dalle=da dall'=da dall’=da in=in nel=in nello=in nella=in nei=in negli=in "
           "nelle=in nell'=in nell’=in su=su sul=su sulla=su sui=su sulle=su sull'=su con=con "
           "per=per tra=tra fra=fra contro=contro durante=durante senza=senza verso=verso"),
    _set("si mi ti ci vi lo la li le gli ne"),
    _set("ha hanno aveva avevano è sono era erano fu furono sarà saranno sarebbe sarebbero può "
         "possono potrebbe potrebbero deve devono sta stanno viene vengono venne vennero"),
    _set("non mai nessuno nessuna niente nulla né neanche senza"),
    _set("e ed o ma né"),
    _set("che quando dove come se perché anche mentre poiché chi cui quale"),
    _set("in nel nello nella nei nelle nell' nell’ a al alle durante il lo la"),
    _set("in nel nello nella nei negli nelle nell' nell’ a ad al alla"),
    _set("perché poiché causa per"), "è", function_words=_set("più molto già ancora"),
    linking=_set("anche inoltre tuttavia quindi"),
)  # fmt: skip

FRENCH = Grammar(
    "est-ce que",
    {
        "who": "qui", "what": "que", "when": "quand", "where": "où",
        "how long": "combien de temps", "for how much": "pour combien", "how much": "combien",
        "why": "pourquoi", "how many masculine": "combien de", "how many feminine": "combien de",
        "which country": "quel pays", "which state": "quel état",
        "which organisation": "quelle organisation",
    },
    {"what": "quoi"},
    _set("le la les l' l’ un une des son sa ses leur leurs"),
    _table("à=à au=à aux=à de=de du=de des=de d'=de d’=de en=en dans=dans avec=avec par=par "
           "pour=pour sur=sur contre=contre entre=entre vers=vers chez=chez depuis=depuis "
           "pendant=pendant durant=durant sans=sans sous=sous lors=lors"),
    _set("se s' s’ me te lui leur y en"),
    _set("a ont avait avaient est sont était étaient fut furent sera seront serait seraient peut "
         "peuvent pourrait pourraient doit doivent va vont aura auront aurait auraient"),
    _set("ne n' n’ pas jamais personne rien aucun aucune ni sans"),
    _set("et ou mais ni"),
    _set("que qu' qu’ quand où comme si parce car lorsque puisque qui dont"),
    _set("en à au dans durant pendant le lors de du"), _set("à au aux en dans"),
    _set("parce que qu' qu’ car raison de en"), "est",
    function_words=_set("plus très déjà encore"),
    linking=_set("aussi également ensuite donc cependant toutefois alors"),
)  # fmt: skip

GERMAN = Grammar(
    "verb second",
    {
        "who": "wer", "whom": "wen", "to whom": "wem", "what": "was", "when": "wann",
        "where": "wo", "how long": "wie lange", "for how much": "für wie viel",
        "how much": "wie viel", "why": "warum", "how many masculine": "wie viele",
        "how many feminine": "wie viele", "which country": "welches Land",
        "which state": "welcher Staat", "which organisation": "welche Organisation",
    },
    {},
    _set("der die das den dem des ein eine einen einem einer eines seine seiner seinem seinen "
         "ihre ihrer ihrem ihren ihr"),
    _table("an=an am=an ans=an auf=auf aus=aus bei=bei beim=bei durch=durch für=für gegen=gegen "
           "in=in im=in ins=in mit=mit nach=nach ohne=ohne seit=seit über=über um=um unter=unter "
           "von=von vom=von vor=vor zu=zu zum=zu zur=zu zwischen=zwischen während=während "
           "wegen=wegen bis=bis"),
    _set("sich"),
    _set("hat haben hatte hatten ist sind war waren wird werden wurde wurden würde würden kann "
         "können konnte konnten könnte könnten muss müssen musste mussten soll sollen sollte "
         "sollten will wollen wollte wollten darf dürfen möchte mag"),
    _set("nicht kein keine keinen keinem keiner keines nie niemals niemand nichts weder ohne"),
    _set("und oder aber sondern doch denn"),
    _set("dass daß weil als wenn ob während nachdem bevor obwohl da damit wie wo die der das "
         "den dem denen deren dessen welche welcher welches was wer"),
    _set("am im in an um ins zum während zu"), _set("in im an am auf bei beim"),
    _set("weil da wegen denn aufgrund infolge dank"), "ist",
    function_words=_set("noch schon sehr zu es"),
    linking=_set("auch jedoch dann zudem allerdings außerdem also somit dabei daher"),
)  # fmt: skip

DUTCH = Grammar(
    "verb second",
    {
        "who": "wie", "what": "wat", "when": "wanneer", "where": "waar",
        "how long": "hoelang", "for how much": "voor hoeveel", "how much": "hoeveel",
        "why": "waarom", "how many masculine": "hoeveel", "how many feminine": "hoeveel",
        "which country": "welk land", "which state": "welke staat",
        "which organisation": "welke organisatie",
    },
    {},
    _set("de het een 't zijn haar hun"),
    _table("aan=aan bij=bij door=door in=in met=met naar=naar om=om op=op over=over "
           "tegen=tegen tot=tot uit=uit van=van voor=voor tijdens=tijdens sinds=sinds "
           "tussen=tussen zonder=zonder binnen=binnen te=te onder=onder"),
    _set("zich er"),
    _set("heeft hebben had hadden is zijn was waren wordt worden werd werden zal zullen zou zouden "
         "kan kunnen kon konden moet moeten moest moesten mag mogen wil willen wilde wilden"),
    _set("niet geen nooit niemand niets noch zonder"),
    _set("en of maar want"),
    _set("dat omdat als wanneer terwijl nadat voordat hoewel toen die wat wie waar doordat zodat"),
    _set("in op om tijdens te"), _set("in op bij te"),
    _set("omdat want wegens vanwege doordat dankzij"),
    "is", function_words=_set("nog al zeer te"),
    linking=_set("ook echter dan bovendien daarna dus daarom"),
)  # fmt: skip

GRAMMARS = {
    "es": SPANISH, "pt": PORTUGUESE, "it": ITALIAN, "fr": FRENCH, "de": GERMAN, "nl": DUTCH,
}  # fmt: skip
