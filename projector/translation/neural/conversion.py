"""Hugging Face models turned into CTranslate2 models, once, in a cache folder.

The folder's name is the fingerprint of the model's content, so a changed model is converted anew
and an equal one in another place is not. A conversion is written beside and renamed when it is
whole. Needs torch and transformers; a converted model needs neither to run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from projector.errors import EngineError, first_line
from projector.models.fingerprint import folder_fingerprint
from projector.runtime import cache_folder


def converted_folder(folder: str, quantization: str, cache_dir: str = "") -> str:
    """The CTranslate2 model of a Hugging Face folder; converted now if it was not before.

    Raises:
        EngineError: CTranslate2 cannot convert a model of this kind.
    """
    root = Path(cache_dir).expanduser() if cache_dir else cache_folder("ctranslate2")
    root.mkdir(parents=True, exist_ok=True)
    wanted = root / f"{folder_fingerprint(folder)}-{quantization}"
    if not (wanted / "model.bin").exists():
        building = tempfile.mkdtemp(dir=root, prefix=".building-")
        try:
            convert(folder, building, quantization)
            os.replace(building, wanted)
        except OSError:
            if not (wanted / "model.bin").exists():  # else another process was first
                raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return str(wanted)


def convert(folder: str, output: str, quantization: str) -> None:
    """Convert a model folder into the (existing, empty) folder ``output``."""
    from ctranslate2.converters import TransformersConverter
    from transformers.utils import logging

    _mend_loaders()
    logging.disable_progress_bar()
    try:
        TransformersConverter(folder).convert(output, quantization=quantization, force=True)
    except Exception as error:
        raise EngineError(
            f"ctranslate2: the model {folder} cannot be converted ({first_line(error)}); use the "
            f"engine 'hf'"
        ) from error


def _mend_loaders() -> None:
    """Make CTranslate2's loaders fit transformers 5.

    Three things have moved there. M2M-100's and NLLB's language tokens are no longer where
    CTranslate2 looks, so the vocabulary comes out too short: ours asks the tokeniser for the
    token of every row of the embedding. mBART's configuration may lack fields, and the two kinds
    of mBART are told apart by their tokeniser. And T5 1.1 (MADLAD, mT5) now says that its
    embeddings are tied, which CTranslate2 takes as "scale the outputs"; a field of its own says
    that.
    """
    from ctranslate2.converters import transformers as loaders

    class M2M100(loaders.M2M100Loader):
        def get_vocabulary(self, model: Any, tokenizer: Any) -> list[str]:
            return every_token(tokenizer, model.config.vocab_size)

    class MBart(loaders.MBartLoader):
        def get_model_spec(self, model: Any) -> Any:
            for field in ("normalize_before", "normalize_embedding"):
                if not hasattr(model.config, field):
                    setattr(model.config, field, True)
            return super().get_model_spec(model)

        def set_config(self, config: Any, model: Any, tokenizer: Any) -> None:
            super().set_config(config, model, tokenizer)
            config.bos_token = tokenizer.bos_token or tokenizer.cls_token or tokenizer.eos_token
            first = type(tokenizer).__name__.startswith("MBartTokenizer")
            config.decoder_start_token = None if first else tokenizer.eos_token

    class T5(loaders.T5Loader):
        def get_model_spec(self, model: Any) -> Any:
            # mT5 has no such field and never scales.
            scales = getattr(model.config, "scale_decoder_outputs", False)
            model.config.tie_word_embeddings = scales
            return super().get_model_spec(model)

    class MT5(T5):
        architecture_name = "MT5ForConditionalGeneration"

    for name, loader in (("M2M100", M2M100), ("MBart", MBart), ("T5", T5), ("MT5", MT5)):
        loaders.register_loader(f"{name}Config")(loader)


def every_token(tokenizer: Any, size: int) -> list[str]:
    """The token of each id below ``size``; rows that no token has get a name of their own."""
    known = {n: token for token, n in tokenizer.get_vocab().items()}
    known.update({n: token for token, n in getattr(tokenizer, "lang_token_to_id", {}).items()})
    return [known.get(n, f"madeupword{n}") for n in range(size)]
