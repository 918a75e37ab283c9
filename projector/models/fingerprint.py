"""What a model folder holds, in a short string: the same content gives the same string anywhere.

Used as part of the translation cache's key and as the name of a converted model's folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

WHOLE = 16 << 20  # files up to this size are read whole
SAMPLE = 1 << 18
SAMPLES = 16


def folder_fingerprint(folder: str) -> str:
    """A hash of the names, sizes and contents of a folder's files.

    Of a very large file (weights) its two ends and stretches between them are read, so that a
    model of many gigabytes takes milliseconds; training changes every weight, so any stretch
    tells two models apart.
    """
    digest = hashlib.sha256()
    root = Path(folder)
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.startswith(".") or "/." in name:
            continue
        size = path.stat().st_size
        digest.update(f"{name}\0{size}\0".encode())
        with open(path, "rb") as stream:
            if size <= WHOLE:
                digest.update(stream.read())
                continue
            for n in range(SAMPLES):
                stream.seek((size - SAMPLE) * n // (SAMPLES - 1))
                digest.update(stream.read(SAMPLE))
    return digest.hexdigest()[:32]
