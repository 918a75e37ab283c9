"""How good a question is: the learnt score, checks by a translator, a reader, people."""
