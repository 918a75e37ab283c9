"""A hub on loopback that speaks the requests with which huggingface_hub creates and commits.

A real HTTP server: tokens are checked, files come as the protocol sends them (in the commit, or by
the LFS batch API where it was told so), and what was committed can be written to a folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN = "hf_right"


class Hub:
    """What the server holds.

    Attributes:
        repos: name -> whether it is private.
        files: name of a data set -> path -> content, as of its last commit.
        large: the endings of the names that must come by LFS.
        requests: method and path of each request.
    """

    def __init__(self) -> None:
        self.repos: dict[str, bool] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.large: tuple[str, ...] = ()
        self.requests: list[str] = []
        self.objects: dict[str, bytes] = {}
        self.fails_at_commit = False
        self.url = ""

    def write(self, repo: str, folder: Path) -> None:
        """The files of a data set, as a download would leave them."""
        for name, content in self.files[repo].items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and JSON for a request whose token is right."""
        path = path.partition("?")[0]
        if method == "PUT" and path.startswith("/lfs/"):
            digest = path.removeprefix("/lfs/")
            if hashlib.sha256(body).hexdigest() != digest:
                return 400, {"error": "wrong digest"}
            self.objects[digest] = body
            return 200, {}
        if path == "/api/repos/create":
            told = json.loads(body)
            assert told["type"] == "dataset"
            name = (
                f"{told['organization']}/{told['name']}"
                if told.get("organization")
                else told["name"]
            )
            if name in self.repos:
                return 409, {"error": "exists", "url": f"{self.url}/datasets/{name}"}
            self.repos[name] = told.get("private", told.get("visibility") == "private")
            return 200, {"url": f"{self.url}/datasets/{name}", "name": name}
        if path == "/api/validate-yaml":
            content = json.loads(body)["content"]
            errors = [] if content.startswith(("---\n", "# ")) else [{"message": "no front matter"}]
            return 200, {"errors": errors, "warnings": []}
        repo = next((name for name in self.repos if f"/{name}" in path), "")
        if path == f"/api/datasets/{repo}/preupload/main":
            return 200, {
                "files": [
                    {
                        "path": file["path"],
                        "uploadMode": "lfs"
                        if file["path"].endswith(self.large or "\0")
                        else "regular",
                        "shouldIgnore": False,
                    }
                    for file in json.loads(body)["files"]
                ]
            }
        if path == f"/datasets/{repo}.git/info/lfs/objects/batch":
            objects = [
                {**item, "actions": {"upload": {"href": f"{self.url}/lfs/{item['oid']}"}}}
                for item in json.loads(body)["objects"]
            ]
            return 200, {"transfer": "basic", "objects": objects}
        if path == f"/api/datasets/{repo}/commit/main":
            return self._commit(repo, body)
        return 404, {"error": f"no such place: {path}"}

    def _commit(self, repo: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.fails_at_commit:
            return 500, {"error": "the disk is full"}
        files = self.files.setdefault(repo, {})
        header, *lines = [json.loads(line) for line in body.splitlines()]
        assert header["key"] == "header" and header["value"]["summary"]
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                assert value["encoding"] == "base64"
                files[value["path"]] = base64.b64decode(value["content"])
            else:
                assert line["key"] == "lfsFile" and value["algo"] == "sha256"
                files[value["path"]] = self.objects[value["oid"]]
        oid = hashlib.sha1(body).hexdigest()
        return 200, {"commitUrl": f"{self.url}/datasets/{repo}/commit/{oid}", "commitOid": oid}


@contextmanager
def serving() -> Iterator[Hub]:
    """The hub, served on a free port of loopback."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            hub.requests.append(f"{self.command} {self.path}")
            lfs = self.path.startswith("/lfs/")  # whose addresses are signed
            if not lfs and self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, plain = 401, {"error": "Invalid credentials"}
            else:
                status, plain = hub.answer(self.command, self.path, body)
            data = json.dumps(plain).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _do  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
