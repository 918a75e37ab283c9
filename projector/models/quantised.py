"""The encoder's layers in 8-bit integers on CTranslate2, converted once and kept.

An alternative to `encoder.TorchNetwork` for ``--precision int8``: several times faster on a
processor, with links that differ in a few per thousand.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projector.engines import missing_package_message
from projector.errors import EngineError, first_line
from projector.models.fingerprint import folder_fingerprint
from projector.runtime import cache_folder

CONVERTIBLE = {"bert", "distilbert", "roberta", "xlm-roberta", "camembert"}


class QuantisedNetwork:
    """Int8 layers up to the wanted one.

    The conversion is kept in the user's cache folder (``XPROJECT_CACHE`` moves it) under the
    model's fingerprint, so a changed model is converted anew.

    Raises:
        EngineError: CTranslate2 is missing or cannot convert this kind of encoder.
    """

    def __init__(self, folder: str, layer: int, config: Any, engine: str, device: str) -> None:
        try:
            import ctranslate2
        except ModuleNotFoundError as error:
            raise EngineError(missing_package_message(engine, "ctranslate2")) from error
        if config.model_type not in CONVERTIBLE or layer < 1:
            raise EngineError(
                f"{engine}: found a model of type {config.model_type!r} at layer {layer}; "
                f"precision int8 wants one of {', '.join(sorted(CONVERTIBLE))} and a layer from 1"
            )
        key = f"{folder_fingerprint(folder)}-layer{layer}-ct2-{ctranslate2.__version__}"
        path = cache_folder("encoders") / key.replace("/", "_")
        if not (path / "model.bin").exists():
            convert(folder, layer, config, path, engine)
        # CTranslate2 wants its own threads said; PyTorch's number is the one users set.
        import torch

        self.encoder = ctranslate2.Encoder(
            str(path),
            device="cuda" if device.startswith("cuda") else "cpu",
            compute_type="int8",
            intra_threads=torch.get_num_threads(),
        )

    def states(self, ids: list[list[int]]) -> list[NDArray[np.float32]]:
        found = np.array(self.encoder.forward_batch(ids).last_hidden_state)
        return [found[n, : len(row)] for n, row in enumerate(ids)]


def convert(folder: str, layer: int, config: Any, path: Path, engine: str) -> None:
    """Cut the model after ``layer``, convert it to int8 and put it at ``path`` in one step."""
    from ctranslate2.converters import TransformersConverter
    from transformers import AutoTokenizer

    from projector.models.loading import load_layers, quiet_loading

    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=".converting-"))
    try:
        layers = load_layers(folder, config, layer, engine)
        with quiet_loading():
            layers.save_pretrained(work / "cut")
        AutoTokenizer.from_pretrained(folder).save_pretrained(work / "cut")
        described = json.loads((work / "cut" / "config.json").read_text("utf-8"))
        # transformers 5 no longer writes the one kind there is; the converter asks for it.
        described["position_embedding_type"] = "absolute"
        (work / "cut" / "config.json").write_text(json.dumps(described), "utf-8")
        with quiet_loading():
            converter = TransformersConverter(str(work / "cut"))
            converter.convert(str(work / "int8"), quantization="int8")
        try:
            os.replace(work / "int8", path)
        except OSError:
            if not (path / "model.bin").exists():  # else another process was quicker
                raise
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            f"{engine}: the model in {folder} cannot be converted to int8: {first_line(error)}; "
            f"use precision fp32"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
