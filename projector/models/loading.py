"""Loading an encoder and its tokenizer from a local folder by Transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from projector.errors import EngineError, first_line


def load_layers(folder: str, config: Any, cut: int | None, engine: str) -> Any:
    """The encoder in evaluation mode, without the layers above ``cut``."""
    from transformers import AutoModel

    if cut is not None:
        config.num_hidden_layers = cut
    try:
        with quiet_loading():
            model = AutoModel.from_pretrained(folder, config=config, dtype="float32")
    except Exception as error:
        raise EngineError(
            f"{engine}: the model in {folder} cannot be loaded: {first_line(error)}"
        ) from error
    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    return model.eval()


@contextmanager
def quiet_loading() -> Iterator[None]:
    """No progress bars, and no warnings about the layers that are left out on purpose."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def load_tokenizer(folder: str, kind: str, engine: str) -> Any:
    """The model's tokenizer, ready for sentences that are split into words."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        try:
            tokenizer(["a"], is_split_into_words=True)
        except (AssertionError, ValueError):  # byte-level vocabularies want a space before words
            tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)
            tokenizer(["a"], is_split_into_words=True)
    except Exception as error:
        raise EngineError(
            f"{engine}: the tokenizer in {folder} ({kind}) cannot be loaded: {first_line(error)}"
        ) from error
    return tokenizer
