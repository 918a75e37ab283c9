"""Where a model's files are: a local folder, the hub's local cache, or (if reachable) the hub.

Every engine that loads a Hugging Face model asks here first, so that a name which cannot be had
fails at once with one clear sentence instead of after many retries in the middle of a run.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from projector.errors import EngineError, first_line

PATIENCE = 2.0  # seconds to wait for the hub's door to open


def model_folder(model: str, engine: str) -> str:
    """A local folder with the model's files; downloads only if the hub can be reached.

    Raises:
        EngineError: no such folder, not in the local cache, and the hub is out of reach (or
            has no model of that name).
    """
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / "config.json").exists():
            raise EngineError(
                f"{engine}: found no config.json in {path}, wanted the folder of a saved model"
            )
        return str(path)
    if path.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise EngineError(f"{engine}: found no folder {model!r}, wanted the folder of a model")
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.txt", "*.model", "*.safetensors", "*.bin", "*.spm", "*.bpe"]
    patterns.append("README.md")  # the licence stands there
    try:
        return snapshot_download(model, local_files_only=True, allow_patterns=patterns)
    except Exception as error:
        if not hub_in_reach():
            raise EngineError(
                f"{engine}: the model {model!r} is neither a folder nor in the local cache, and "
                f"the model hub cannot be reached from here; give the path of a local folder"
            ) from error
    try:
        return snapshot_download(model, allow_patterns=patterns)
    except Exception as error:
        raise EngineError(
            f"{engine}: the model {model!r} could not be downloaded: {first_line(error)}"
        ) from error


def hub_in_reach(endpoint: str = "") -> bool:
    """Whether a connection to the hub (or to the proxy on the way to it) opens quickly.

    Args:
        endpoint: the address of another hub than the configured one, reached without a proxy
            where it is on this machine.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    where = urlsplit(endpoint or constants.ENDPOINT)
    if proxy and where.hostname not in ("localhost", "127.0.0.1", "::1"):
        where = urlsplit(proxy)
    if not where.hostname:
        return False
    try:
        port = where.port or (443 if where.scheme == "https" else 80)
        socket.create_connection((where.hostname, port), PATIENCE).close()
    except OSError:
        return False
    return True
