"""LoRA adapters (Hu et al. 2022) on an encoder, as peft saves them, merged into its weights.

An aligner that was tuned as an adapter is a few megabytes beside an encoder that is there already.
Only safetensors are read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from projector.engines import installed, missing_package_message
from projector.errors import EngineError, first_line
from projector.json_values import JsonObject

WEIGHTS = "adapter_model.safetensors"
_PREFIX = "base_model.model."


def with_adapter(model: Any, folder: str, engine: str) -> Any:
    """The model with an adapter merged into its weights: as fast as without.

    Weights for layers that the model was loaded without are left out.

    Args:
        model: an encoder of Transformers, without a head; it is changed.
        folder: ``adapter_config.json`` and ``adapter_model.safetensors``.

    Raises:
        EngineError: peft is not installed; the folder is no adapter, or one for another encoder.
    """
    if not installed("peft"):
        raise EngineError(missing_package_message(f"{engine} with an adapter", "peft"))
    if not (Path(folder) / WEIGHTS).is_file():
        raise EngineError(
            f"{engine}: found no {WEIGHTS} in {folder!r}, wanted the folder of a LoRA adapter"
        )
    from peft import PeftConfig, get_peft_model, set_peft_model_state_dict
    from safetensors.torch import load_file

    try:
        config = PeftConfig.from_pretrained(folder)
        if str(config.peft_type).rpartition(".")[2] != "LORA":
            raise EngineError(f"{engine}: {folder!r} holds a {config.peft_type}, wanted a LORA")
        config.inference_mode = True
        tuned = get_peft_model(model, config)
        weights = _without_head(load_file(Path(folder) / WEIGHTS), model)
        missed = set_peft_model_state_dict(tuned, weights)
        missing = [name for name in missed.missing_keys if "lora_" in name]
        if missing:
            raise EngineError(
                f"{engine}: the adapter in {folder!r} is for another encoder: it has no weights "
                f"for {missing[0]}"
            )
        return tuned.merge_and_unload().eval()
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            f"{engine}: the adapter in {folder!r} cannot be loaded: {first_line(error)}"
        ) from error


def _without_head(weights: JsonObject, model: Any) -> JsonObject:
    """Weights that were trained under a head (``bert.encoder...``) by the encoder's own names."""
    under = f"{_PREFIX}{model.base_model_prefix}."
    return {
        _PREFIX + name.removeprefix(under) if name.startswith(under) else name: tensor
        for name, tensor in weights.items()
    }
