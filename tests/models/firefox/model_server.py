"""A server on loopback that serves a list of models and their files, well or badly on purpose."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import zstandard

PREFIX = "/models/"


class ModelServer:
    """Files by path; every request is noted.

    Attributes:
        cut_after: send only so many bytes of each file's answer, then close the connection;
            applied to as many answers as ``cuts`` says.
        ranges: whether the server understands the header Range.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.cut_after = 0
        self.cuts = 0
        self.ranges = True
        self.url = ""

    @property
    def list_url(self) -> str:
        return f"{self.url}{PREFIX}records.json"

    def publish(
        self, source: str, target: str, files: dict[str, bytes], version: str = "2.0", **more: str
    ) -> None:
        """Add a model: its files compressed, and a record for each in the list."""
        path = f"{PREFIX}records.json"
        records = json.loads(self.files.get(path, b'{"data": []}'))["data"]
        for name, content in files.items():
            packed = zstandard.compress(content)
            location = f"files/{version}/{name}.zst"
            self.files[PREFIX + location] = packed
            record = {
                "name": name,
                "fileType": name.partition(".")[0],
                "sourceLanguage": source,
                "targetLanguage": target,
                "version": version,
                "architecture": "tiny",
                "decompressedHash": hashlib.sha256(content).hexdigest(),
                "attachment": {"location": location, "size": len(packed)},
            }
            records.append({**record, **more})
        self.files[path] = json.dumps({"data": records}).encode()


@contextmanager
def serving() -> Iterator[ModelServer]:
    """The server, on a free port, until the block ends."""
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.requests.append((self.path, self.headers.get("Range")))
            content = server.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = 0
            wanted = self.headers.get("Range") if server.ranges else None
            if wanted:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            body = content[start:]
            if server.cuts and not self.path.endswith(".json"):
                server.cuts -= 1
                self.wfile.write(body[: server.cut_after])
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing on standard error."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
