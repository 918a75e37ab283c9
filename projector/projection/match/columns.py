"""The features of a candidate target span: their names, in the order of their columns.

The one place where they are defined: `kernels` writes the columns by these names, a file of
weights names them in lower case (`weights`). "First", "last": the candidate's first and last word;
"before", "after": the words next to it; "source": the source span. A word counts as linked from
the probability `arrays.LINKED` on.
"""

from __future__ import annotations

from enum import IntEnum, auto


class Feature(IntEnum):
    """Columns of a candidate's row of features."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last: list[int]) -> int:
        return count

    # Link mass inside and outside the rectangle of source span and candidate.
    RECALL = auto()  # share of the source span's link mass that falls inside
    PRECISION = auto()  # share of the candidate's link mass that comes from the source span
    F_MEASURE = auto()  # their harmonic mean
    MIN_RECALL_PRECISION = auto()  # the lesser of the two
    SOURCE_COVERED = auto()  # share of the source span's words with a link inside
    SOURCE_COVERED_MASS = auto()  # the same, by the strongest link's probability
    TARGET_COVERED = auto()  # share of the candidate's words with a link to the source span
    TARGET_COVERED_MASS = auto()  # the same, by probability
    # Links at the edges.
    FIRST_LINK = auto()  # the first word's strongest link to the source span
    LAST_LINK = auto()
    FIRST_LINKED_ELSEWHERE = auto()  # the first word's link mass to other source words
    LAST_LINKED_ELSEWHERE = auto()
    BEFORE_LINK = auto()  # the strongest link of the word before to the source span
    AFTER_LINK = auto()
    FIRST_UNLINKED = auto()  # the first word has no links
    LAST_UNLINKED = auto()
    SOURCE_FIRST_COVERED = auto()  # the strongest link inside of the source span's first word
    SOURCE_LAST_COVERED = auto()
    # Punctuation.
    FIRST_PUNCTUATION = auto()  # the candidate begins with punctuation, the source span does not
    LAST_PUNCTUATION = auto()
    FIRST_PUNCTUATION_LOST = auto()  # the other way round
    LAST_PUNCTUATION_LOST = auto()
    INNER_PUNCTUATION = auto()  # punctuation inside the candidate, none inside the source span
    # Document frequency: the share of the corpus's texts that hold the word.
    FIRST_DOCUMENT_FREQUENCY = auto()  # of the first word if it is not linked to the source span
    LAST_DOCUMENT_FREQUENCY = auto()
    FIRST_DOCUMENT_FREQUENCY_LINKED = auto()  # if it is
    LAST_DOCUMENT_FREQUENCY_LINKED = auto()
    FIRST_DOCUMENT_FREQUENCY_EXCESS = auto()  # over that of the source span's first word
    LAST_DOCUMENT_FREQUENCY_EXCESS = auto()
    # Length.
    LENGTH = auto()  # log of the number of words over the expected one, absolute
    LONGER = auto()  # words more than expected, at most 5
    SHORTER = auto()  # words fewer
    LETTERS = auto()  # log of the number of letters over the expected one, absolute
    # Spelling.
    SPELLING = auto()  # similarity in spelling of candidate and source span
    SPELLING_WORD = auto()  # the best similarity of any of its words
    IDENTICAL = auto()  # the very same words
    # Words inside that the source span does not account for.
    INNER_LINKED_ELSEWHERE = auto()  # number of words linked to other source words
    INNER_UNLINKED = auto()  # number of words without links
    # Bigram associations with the neighbours (`statistics.CorpusStatistics.bigrams`).
    BEFORE_BIGRAM_BACK = auto()  # the first word's with the one before, which is not claimed
    BEFORE_BIGRAM_ON = auto()  # the same, seen from the one before
    AFTER_BIGRAM_ON = auto()  # the last word's with the one after, which is not claimed
    AFTER_BIGRAM_BACK = auto()
    FIRST_BIGRAM = auto()  # the second word's with the first, which is not linked
    LAST_BIGRAM = auto()
    UNIT_BEFORE = auto()  # a number first, and before it a word that usually precedes one
    UNIT_AFTER = auto()  # a number last, and after it a word that usually follows one
    UNIT_FIRST = auto()  # such a word inside, though the source span is a bare number there
    UNIT_LAST = auto()
    YEAR_WORD = auto()  # either of these where the span is a year: "Jahr 1817" for "1817"
    # Capitals.
    BEFORE_CAPITAL = auto()  # the word before has a capital and is not claimed
    AFTER_CAPITAL = auto()
    FIRST_LOWERCASE = auto()  # the first word is lower-case, the source span's is not
    LAST_LOWERCASE = auto()
    LOWERCASE = auto()  # share of lower-case words where all of the source span's have capitals
    NAME_LOWERCASE = auto()  # a person's, place's or organisation's name is all in lower case
    NAME_LAST_LOWERCASE = auto()  # it ends so, in a language that writes nouns with a capital
    NAME_ARTICLE = auto()  # the article of a place's English name ("the Netherlands") is inside
    # Numbers, brackets, acronyms.
    DIGITS_EQUAL = auto()  # the source span has digits; the candidate has each of them as often
    DIGITS_DIFFER = auto()  # it has not
    UNBALANCED = auto()  # it opens or closes a bracket too many, the source span does not
    ACRONYM = auto()  # one of the two is the other's initials
    # Masses and counts.
    MASS_ELSEWHERE = auto()  # link mass of the candidate's words to other source words
    MASS_OUTSIDE = auto()  # link mass of the source span to words outside
    UNLINKED_WORDS = auto()  # words without links, edges included
    FIRST_LINK_SHARE = auto()  # the first word's links to the source span, of all its links
    LAST_LINK_SHARE = auto()
    # Clauses: source spans of `arrays.LONG_SPAN` words and more.
    BEGINS_SENTENCE = auto()  # both begin their sentence
    BEGINS_DIFFER = auto()  # only one of them does
    ENDS_SENTENCE = auto()
    ENDS_DIFFER = auto()
    WHOLE_SENTENCE = (
        auto()
    )  # the span is its whole sentence, and so is the candidate: 1, if not: -1
    # Whether words of closed classes belong to the span (`conventions`). Positive where they do.
    # Own: by what the source span itself does with a word of the class at that edge (1, -1).
    # Convention: where it has none there, by the log odds of its label. Each times how far the
    # target's word is of the class; of determiners, then of all other classes.
    FIRST_DETERMINER_OWN = auto()
    BEFORE_DETERMINER_OWN = auto()
    LAST_DETERMINER_OWN = auto()
    AFTER_DETERMINER_OWN = auto()
    FIRST_DETERMINER_CONVENTION = auto()
    BEFORE_DETERMINER_CONVENTION = auto()
    LAST_DETERMINER_CONVENTION = auto()
    AFTER_DETERMINER_CONVENTION = auto()
    FIRST_CLASS_OWN = auto()
    BEFORE_CLASS_OWN = auto()
    LAST_CLASS_OWN = auto()
    AFTER_CLASS_OWN = auto()
    FIRST_CLASS_CONVENTION = auto()
    BEFORE_CLASS_CONVENTION = auto()
    LAST_CLASS_CONVENTION = auto()
    AFTER_CLASS_CONVENTION = auto()
    BEGINS_CONVENTION = auto()  # share of the label's spans that begin their sentence: positive
    # where span and candidate do, negative where one of them does
    ENDS_CONVENTION = auto()
    # Determiners whose noun stands outside: "tutti [i]" for "all", "[i] miei" for "my".
    LAST_DETERMINER_LOOSE = auto()  # how far the last word is one, if no word of the span is its
    # counterpart
    FIRST_DETERMINER_LOOSE = auto()  # the same of the first word, if the source span ends in one
    # How the corpus's other occurrences of the same words were projected (`span_translations`).
    TRANSLATION_SHARE = auto()  # share of them with this wording
    TRANSLATION_SEEN = auto()  # some have it
    TRANSLATION_UNSEEN = auto()  # none has it, though there are many
    # The null candidate: the span has no counterpart.
    NULL = auto()
    NULL_MASS = auto()  # link mass for each word of the source span
    NULL_LINK = auto()  # its strongest link
    NULL_SPELLING = auto()  # the best similarity in spelling of any word in reach
    NULL_WORDS = auto()  # log of the source span's number of words


FEATURES = tuple(feature.name.lower() for feature in Feature)
COUNT = len(FEATURES)
