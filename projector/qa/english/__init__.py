"""Questions on the English side: analysis, clauses, rules, wording."""
