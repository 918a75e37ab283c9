"""Presets name an encoder and its layer; what the user names goes before them."""

from __future__ import annotations

import pytest

from projector.errors import UsageError

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.alignment.base import TokenPair  # noqa: E402
from projector.alignment.neural.awesome import AwesomeAligner  # noqa: E402
from projector.alignment.neural.encoder_aligner import EncoderAligner  # noqa: E402
from projector.alignment.neural.simalign import SimAligner  # noqa: E402
from tests.encoder_models import aligning_bert  # noqa: E402

PAIR = TokenPair(["a", "b"], ["c", "d"])


@pytest.mark.parametrize("kind", [SimAligner, AwesomeAligner])
def test_a_preset_chooses_model_and_layer_and_the_user_goes_before_it(
    kind: type[EncoderAligner],
) -> None:
    def chosen(model: str = "", **options: object) -> tuple[str, int]:
        made = kind(model, **options)  # type: ignore[arg-type,call-arg]
        return made.model, made._layer

    assert chosen() == chosen(preset="mbert") == ("bert-base-multilingual-cased", 8)
    assert chosen(preset="labse") == ("sentence-transformers/LaBSE", 6)
    assert chosen("folder", preset="omnialign") == ("folder", 6)
    assert chosen("xlmr", preset="labse", layer=3) == ("xlm-roberta-base", 3)
    with pytest.raises(UsageError, match="'omnialign' needs the folder of its model"):
        chosen(preset="omnialign")
    with pytest.raises(UsageError, match="preset"):
        chosen(preset="other")


def test_a_preset_with_too_many_layers_for_a_small_model_is_named() -> None:
    with pytest.raises(UsageError, match="found layer 6"):
        SimAligner(aligning_bert(), preset="labse").align([PAIR], "en", "es")
