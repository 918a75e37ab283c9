"""Dependency trees for tests, written as ``text/pos/tag/dep/head[/lemma[/entity]]``.

``head`` is the number of the head's token, counted from 0; a root names itself.
"""

from __future__ import annotations

from projector.qa.english.syntax import Token, Tree


def tree(marked: str) -> Tree:
    """The sentence's tree; punctuation and ``'s`` stand without a space before them."""
    found, text = [], ""
    for entry in marked.split():
        surface, pos, tag, dep, head, *rest = entry.split("/")
        if text and surface not in (".", ",", "'s"):
            text += " "
        start = len(text)
        text += surface
        lemma = rest[0] if rest and rest[0] else surface.lower()
        entity = rest[1] if len(rest) > 1 else ""
        found.append(Token(surface, start, len(text), lemma, pos, tag, dep, int(head), entity))
    return Tree(text, found)


# "Apple bought the small tool in 2014."
BOUGHT = tree(
    "Apple/PROPN/NNP/nsubj/1/Apple/ORG bought/VERB/VBD/ROOT/1/buy the/DET/DT/det/4 "
    "small/ADJ/JJ/amod/4 tool/NOUN/NN/dobj/1 in/ADP/IN/prep/1 2014/NUM/CD/pobj/5/2014/DATE "
    "./PUNCT/./punct/1"
)
# "The bridge was built by two engineers."
BUILT = tree(
    "The/DET/DT/det/1 bridge/NOUN/NN/nsubjpass/3 was/AUX/VBD/auxpass/3/be "
    "built/VERB/VBN/ROOT/3/build by/ADP/IN/agent/3 two/NUM/CD/nummod/6/two/CARDINAL "
    "engineers/NOUN/NNS/pobj/4/engineer ./PUNCT/./punct/3"
)
