"""What the usual names of labels say of a span: a person, a place, an organisation.

Labels are the data's own and free; these are the ones in common use (CoNLL, OntoNotes, ACE,
Universal NER), compared in capitals.
"""

from __future__ import annotations

PERSON = frozenset(("PER", "PERS", "PERSON", "HUMAN", "SPEAKER"))
PLACE = frozenset(("LOC", "GPE", "LOCATION", "PLACE", "FAC", "FACILITY", "CITY", "COUNTRY"))
ORGANISATION = frozenset(("ORG", "ORGANIZATION", "ORGANISATION", "COMPANY"))
NAME = PERSON | PLACE | ORGANISATION
