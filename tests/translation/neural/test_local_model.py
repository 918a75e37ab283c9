"""What `hf` and `ctranslate2` share."""

from __future__ import annotations

import pytest

from projector.engines import read_options
from projector.errors import UsageError
from projector.translation.neural.ctranslate2 import CTranslate2Options
from projector.translation.neural.hf import HfOptions
from projector.translation.neural.local_model import LocalModelOptions


@pytest.mark.parametrize("options", [HfOptions, CTranslate2Options])
@pytest.mark.parametrize(
    "given", [{"beam": 0}, {"top_p": 1.5}, {"temperature": 0.0}, {"long": "cut"}, {"beams": 4}]
)
def test_an_option_out_of_bounds_is_refused_by_both(
    options: type[LocalModelOptions], given: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match=next(iter(given))):
        read_options(options, given, "engine")


def test_a_precision_must_be_one_that_ctranslate2_has() -> None:
    with pytest.raises(UsageError, match="precision: found 'int4'"):
        read_options(CTranslate2Options, {"precision": "int4"}, "ctranslate2")
