"""The parts of a located clause that word order needs, and the text of its tokens.

Between `located`, which finds the clause, and `clause_to_question`, which orders it.
"""

from __future__ import annotations

from collections.abc import Sequence

from projector.qa.english.syntax import Tree
from projector.qa.target.grammar import Grammar
from projector.qa.target.located import FREE, GAP, SUBJECT, VERB, Located

OPENING_MARKS = frozenset(':.!?…;–—-«„“"¡¿')
# Before a noun right behind the answer they make it a part of the answer's own phrase.
GENITIVE = {
    "de": frozenset(("der", "des", "von")), "es": frozenset(("de", "del")),
    "pt": frozenset(("de", "do", "da", "dos", "das")), "fr": frozenset(("de", "du", "des")),
    "it": frozenset("di del dello della dei degli delle dell' dell’".split()),
    "nl": frozenset(("van",)),
}  # fmt: skip
MAX_VERBS = 5
# Endings of the non-finite forms that stay beside their finite verb when the subject moves.
NON_FINITE = {
    "es": ("ando", "iendo", "yendo", "ado", "ido", "ar", "er", "ir", "arse", "erse", "irse"),
    "it": ("ando", "endo", "ato", "uto", "ito", "are", "ere", "ire", "arsi", "ersi", "irsi"),
}  # fmt: skip

JOINTS = {"es": frozenset(("que", "a", "de")), "it": frozenset(("a", "di", "da"))}


class RefusedClause(Exception):
    """A clause that cannot be turned; the message is the reason."""


class ClauseWords:
    """Answer, verb group and subject of a clause, as token numbers."""

    def __init__(self, lang: str, grammar: Grammar, tree: Tree, clause: Located) -> None:
        self.lang, self.grammar, self.tree, self.clause = lang, grammar, tree, clause
        self.replaced: dict[int, str] = {}  # forms put into agreement

    def word(self, j: int) -> str:
        """A token's word, folded."""
        return self.clause.words[j].lower()

    def gap(self) -> tuple[list[int], str]:
        """What leaves with the answer, and the preposition that it had ("" for none)."""
        grammar, kept = self.grammar, set(self.clause.kept)
        gone = list(self.clause.answer)
        first = self.word(gone[0])
        preposition = ""
        if first in grammar.prepositions and first not in grammar.articles:
            preposition = grammar.prepositions[first]
        at = gone[0] - 1
        while at in kept and not preposition:
            word = self.word(at)
            if word in grammar.prepositions:
                preposition = grammar.prepositions[word]
            elif word not in grammar.articles and self.clause.roles[at] != GAP:
                break
            gone.insert(0, at)
            at -= 1
        closed = grammar.articles | grammar.prepositions.keys() | grammar.function_words
        closed = closed | grammar.auxiliaries | grammar.clitics
        known = closed | grammar.subordinators | grammar.conjunctions
        for j in (gone[0] - 1, gone[-1] + 1):
            free = j in kept and self.clause.roles[j] == FREE and self.clause.words[j].isalpha()
            if free and self.word(j) not in known:
                raise RefusedClause("the answer may go on")
        if gone[-1] + 1 in kept and self.word(gone[-1] + 1) in GENITIVE.get(self.lang, ()):
            raise RefusedClause("the answer may go on")
        behind = [j for j in kept - set(gone) if self.clause.roles[j] == GAP]
        if any(self.word(j) not in closed and self.clause.words[j][0].isalnum() for j in behind):
            raise RefusedClause("a part of the answer stays behind")
        return gone, preposition

    def verb_group(self, rest: Sequence[int]) -> list[int]:
        """The run of verb words with the clitics and auxiliaries before and between them.

        Raises:
            RefusedClause: the clause has no linked verb.
        """
        roles, grammar = self.clause.roles, self.grammar
        verbs = [j for j in rest if roles[j] == VERB and self.clause.words[j][0].isalpha()]
        if not verbs:
            raise RefusedClause("no verb in the clause")
        inner = grammar.clitics | grammar.auxiliaries | grammar.function_words
        group = [verbs[0]]
        for j in rest[rest.index(verbs[0]) + 1 :]:
            between = roles[j] == FREE and (self.word(j) in inner or j + 1 in verbs)
            nonfinite = len(group) < MAX_VERBS and self._goes_on(group[-1], j)
            nonfinite = nonfinite or self._joins(group[-1], j)
            if j != group[-1] + 1 or not (
                roles[j] == VERB or (between and any(v > j for v in verbs)) or nonfinite
            ):
                break
            group.append(j)
        before = grammar.clitics | grammar.auxiliaries
        at = rest.index(group[0]) - 1
        while at >= 0 and rest[at] == group[0] - 1 and self.word(rest[at]) in before:
            if roles[rest[at]] == SUBJECT:
                break
            group.insert(0, rest[at])
            at -= 1
        return group

    def _goes_on(self, before: int, j: int) -> bool:
        """A gerund, participle or infinitive that makes one group with the verb before it."""
        endings = NON_FINITE.get(self.lang)
        if endings is None or self.clause.roles[j] == SUBJECT:
            return False
        return self.word(j).endswith(endings) and len(self.word(j)) > 4 and j == before + 1

    def _joins(self, before: int, j: int) -> bool:
        """The small word between a verb and its infinitive: "tienen que anunciar"."""
        following = j + 1 < len(self.clause.words) and j + 1 in self.clause.kept
        return (
            self.word(j) in JOINTS.get(self.lang, ())
            and j == before + 1
            and following
            and self.word(j + 1).endswith(("ar", "er", "ir", "are", "ere", "ire"))
            and self._goes_on(j, j + 1)
        )

    def subject(self, rest: Sequence[int]) -> list[int]:
        """The subject with its article, as a run of tokens.

        Raises:
            RefusedClause: it is missing, or in more than one piece.
        """
        roles = self.clause.roles
        found = [j for j in rest if roles[j] == SUBJECT]
        if not found:
            raise RefusedClause("the subject is not in the clause")
        run = [j for j in rest if found[0] <= j <= found[-1]]
        if any(roles[j] == VERB for j in run) or run[-1] - run[0] + 1 != len(run):
            raise RefusedClause("the subject is not in one piece")
        at = rest.index(run[0]) - 1
        while at >= 0 and rest[at] == run[0] - 1 and self.word(rest[at]) in self.grammar.articles:
            run.insert(0, rest[at])
            at -= 1
        return run

    def text(self, numbers: Sequence[int]) -> str:
        """Tokens in the given order; neighbours keep the spacing that they have in the text."""
        clause = self.clause
        numbers = self._without_loose_commas(numbers)
        made = ""
        for n, j in enumerate(numbers):
            word = self.replaced.get(j, clause.words[j])
            opening = j == clause.opens or clause.words[j - 1] in OPENING_MARKS
            if opening and self._lowers(j):
                word = word[:1].lower() + word[1:]
            if n:
                before = numbers[n - 1]
                near = j == before + 1 and clause.offsets[before][1] == clause.offsets[j][0]
                elided = clause.words[before][-1:] in "'’"
                made += "" if near or elided or clause.words[j] == "," else " "
            made += word
        return made

    def _without_loose_commas(self, numbers: Sequence[int]) -> list[int]:
        """Commas only where both of their neighbours kept their places."""
        words, kept = self.clause.words, []
        for n, j in enumerate(numbers):
            if words[j] == ",":
                inside = 0 < n < len(numbers) - 1
                opens = inside and self.word(numbers[n + 1]) in self.grammar.subordinators
                if not inside or numbers[n + 1] != j + 1:
                    continue
                if numbers[n - 1] != j - 1 and not opens:
                    continue
            kept.append(j)
        return kept

    def _lowers(self, j: int) -> bool:
        """Whether the sentence's first word loses its capital inside of a question."""
        word, grammar = self.clause.words[j], self.grammar
        closed = (
            grammar.articles | grammar.prepositions.keys() | grammar.clitics
            | grammar.auxiliaries | grammar.function_words | grammar.subordinators
        )  # fmt: skip
        if word.lower() in closed:
            return True
        source = self.clause.linked[j]
        if source < 0 or (word.isupper() and len(word) > 1):
            return False
        token = self.tree.tokens[source]
        capitals = ("PROPN", "NOUN") if self.lang == "de" else ("PROPN",)
        return token.pos not in capitals and (not token.ent or token.pos == "NUM")
