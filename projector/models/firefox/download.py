"""Downloading a file whole: resumed where the connection was cut, bounded, checked, then renamed.

Files come zstd-compressed; the checksum is that of the file after decompression.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from projector.errors import EngineError, first_line

if TYPE_CHECKING:
    import httpx

MAX_LIST = 64 << 20  # bytes of a list of models; the public one has about one
MAX_FILE = 1 << 30  # bytes of one file, compressed or not; the largest published one has 60 MB
TRIES = 4  # of one file, each going on where the last one stopped
TIMEOUT = 30.0  # seconds without a byte
_ZSTD = b"\x28\xb5\x2f\xfd"  # the first bytes of a zstd frame
Progress = Callable[[int], None]  # gets the number of bytes that have come


def fetch_list(url: str) -> bytes:
    """A small file as bytes.

    Raises:
        EngineError: the server is out of reach, refuses, or sends more than `MAX_LIST` bytes.
    """
    import httpx

    try:
        with _client() as client, client.stream("GET", url) as answer:
            _refuse(answer, url)
            body = io.BytesIO()
            for chunk in answer.iter_bytes():
                body.write(chunk)
                if body.tell() > MAX_LIST:
                    raise EngineError(f"{url}: found more than {MAX_LIST >> 20} MB, wanted a list")
            return body.getvalue()
    except httpx.HTTPError as error:
        raise EngineError(
            f"{url}: the server cannot be reached ({_reason(error)}); where there is no network, "
            "copy a model from another machine: xproject models add SOURCE TARGET --from FOLDER"
        ) from error


def fetch_file(url: str, path: Path, sha256: str, progress: Progress = lambda count: None) -> None:
    """Download to ``path``; what has come stays in ``path.part`` until it is whole and right.

    Args:
        sha256: of the decompressed file, in hexadecimal digits; "" to check nothing.
        progress: told of every piece that comes.

    Raises:
        EngineError: the connection was cut `TRIES` times (the next call goes on from there), the
            server refuses, the file is too large, damaged, or has another checksum.
    """
    import httpx
    import tenacity

    part = path.with_name(path.name + ".part")
    tries = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(TRIES),
        wait=tenacity.wait_exponential(multiplier=0.2, max=5),
        retry=tenacity.retry_if_exception_type(httpx.TransportError),
        reraise=True,
    )
    try:
        tries(_continue, url, part, progress)
    except httpx.HTTPError as error:
        came = part.stat().st_size if part.exists() else 0
        raise EngineError(
            f"{url}: the connection ended after {came:,} bytes ({_reason(error)}); the same "
            "command goes on from there"
        ) from error
    unpack(part, path, sha256, url)
    part.unlink()


def unpack(packed: Path, path: Path, sha256: str, where: str) -> None:
    """Decompress (if it is compressed), check, and put in place in one rename.

    Raises:
        EngineError: damaged, too large, or another checksum; ``packed`` is removed then.
    """
    from projector.io.zstd import ZstdReader

    beside = path.with_name(path.name + ".new")
    digest, size = hashlib.sha256(), 0
    try:
        with packed.open("rb") as raw, beside.open("wb") as out:
            first = raw.read(len(_ZSTD))
            raw.seek(0)
            stream: BinaryIO | io.RawIOBase = ZstdReader(raw) if first == _ZSTD else raw
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                if size > MAX_FILE:
                    raise EngineError(f"{where}: found more than {MAX_FILE >> 20} MB in one file")
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if sha256 and digest.hexdigest() != sha256.lower():
            raise EngineError(
                f"{where}: found a file with the SHA-256 {digest.hexdigest()}, wanted {sha256}; "
                "it was thrown away: try again, or another --from"
            )
    except EngineError:
        packed.unlink()
        beside.unlink()
        raise
    except Exception as error:  # zstandard has an error class of its own
        packed.unlink()
        beside.unlink(missing_ok=True)
        raise EngineError(f"{where}: the file is damaged: {first_line(error)}") from error
    os.replace(beside, path)


def _continue(url: str, part: Path, progress: Progress) -> None:
    """Fetch what is missing of ``part``."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {}
    with _client() as client, client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # nothing is missing
            progress(have)
            return
        _refuse(answer, url)
        if answer.status_code != 206:  # this server sends whole files only
            have = 0
        progress(have)
        with part.open("ab" if have else "wb") as out:
            for chunk in answer.iter_raw():
                have += len(chunk)
                if have > MAX_FILE:
                    raise EngineError(f"{url}: found more than {MAX_FILE >> 20} MB in one file")
                out.write(chunk)
                progress(len(chunk))


def _client() -> httpx.Client:
    import httpx

    return httpx.Client(timeout=TIMEOUT, follow_redirects=True)


def _refuse(answer: httpx.Response, url: str) -> None:
    if answer.status_code >= 400:
        raise EngineError(f"{url}: the server answered {answer.status_code}, wanted the file")


def _reason(error: Exception) -> str:
    return first_line(error)
