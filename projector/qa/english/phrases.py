"""Phrases read off a dependency tree: whole coordinations, without asides.

A phrase is a run of token numbers. Appositions and clauses behind a comma are asides and left
out; what then has a hole in its middle, or holds quotation marks or brackets, is refused (None).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projector.qa.english.syntax import Tree

CLAUSAL = frozenset(("relcl", "acl", "advcl", "parataxis"))
ASIDES = CLAUSAL | {"appos"}
ARTICLES = frozenset(("the", "a", "an"))
QUOTES_AND_BRACKETS = frozenset('"“”«»„()[]{};:…—–*|/#@<>=')


def below(tree: Tree, n: int, *, drop: frozenset[str] = frozenset()) -> list[int]:
    """A token and what hangs on it, without asides and without dependents labelled ``drop``."""
    found = [n]
    for child in tree.children[n]:
        token = tree.tokens[child]
        if token.dep in drop or (token.dep in ASIDES and _set_off(tree, child)):
            continue
        found += below(tree, child)
    return sorted(found)


def _set_off(tree: Tree, n: int) -> bool:
    """True if a comma or dash stands before the dependent: it adds, it does not restrict."""
    first = tree.subtree(n)[0]
    return first > 0 and tree.tokens[first - 1].text in (",", "-", "–", "—")


def trimmed(tree: Tree, numbers: Sequence[int]) -> list[int]:
    """Without punctuation and conjunctions at the edges."""
    kept = list(numbers)
    while kept and tree.tokens[kept[-1]].pos in ("PUNCT", "CCONJ", "SPACE"):
        kept.pop()
    while kept and tree.tokens[kept[0]].pos in ("PUNCT", "CCONJ", "SPACE"):
        kept.pop(0)
    return kept


def is_run(numbers: Sequence[int]) -> bool:
    """True if nothing stands between the tokens."""
    return bool(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers)


def phrase(tree: Tree, n: int) -> list[int] | None:
    """The whole phrase of a head as a run of tokens, or None if it is not a plain one."""
    found = trimmed(tree, below(tree, n))
    if not is_run(found) or not is_plain(tree, found):
        return None
    commas = [m for m in found if tree.tokens[m].text == ","]
    if any(m + 1 in found and tree.lemma(m + 1) == "or" for m in commas):
        return None  # another name for the same thing
    if commas and not any(tree.tokens[m].dep == "conj" for m in found):
        found = trimmed(tree, [m for m in found if m < commas[0]])  # an aside at the end
        if n not in found:
            return None
    return found


def is_plain(tree: Tree, numbers: Iterable[int]) -> bool:
    """True without quotation marks, brackets and other signs of layout."""
    return not any(set(tree.tokens[n].text) & QUOTES_AND_BRACKETS for n in numbers)


def without_article(tree: Tree, numbers: Sequence[int]) -> list[int]:
    """The phrase without an article at its start, unless it is part of a name."""
    first = tree.tokens[numbers[0]]
    if len(numbers) > 1 and first.text.lower() in ARTICLES:
        following = tree.tokens[numbers[1]]
        titled = first.text[:1].isupper() and numbers[0] > 0 and following.pos == "PROPN"
        if not titled:
            return list(numbers[1:])
    return list(numbers)


def stretch(tree: Tree, numbers: Sequence[int]) -> tuple[int, int]:
    """Character offsets of a run of tokens in the sentence."""
    return tree.tokens[numbers[0]].start, tree.tokens[numbers[-1]].end


def surface(tree: Tree, numbers: Sequence[int]) -> str:
    """The text of tokens in order; runs keep the sentence's own spacing."""
    parts: list[str] = []
    run: list[int] = []
    for n in numbers:
        if run and n != run[-1] + 1:
            parts.append(_run_text(tree, run))
            run = []
        run.append(n)
    if run:
        parts.append(_run_text(tree, run))
    return " ".join(parts)


def _run_text(tree: Tree, run: Sequence[int]) -> str:
    start, end = stretch(tree, run)
    text = tree.text[start:end]
    if run[0] == 0 and not _keeps_capital(tree):
        text = text[:1].lower() + text[1:]
    return text


def _keeps_capital(tree: Tree) -> bool:
    """True for a first word that is a name or an abbreviation."""
    first = tree.tokens[0]
    if any(c.isupper() for c in first.text[1:]):
        return True
    if first.pos == "PROPN" or "." in first.text:
        return True
    # A plural people ("Russians") or an adjective of a nation inside an entity.
    return bool(first.ent) and first.ent in ("NORP", "PERSON", "ORG", "GPE") and first.pos != "DET"


def conjuncts(tree: Tree, n: int) -> list[int]:
    """A head and all heads coordinated with it."""
    found = [n]
    for child in tree.dependents(n, "conj"):
        found += conjuncts(tree, child)
    return found
