"""A real HTTP server process that speaks the chat protocol and, if told so, misbehaves.

``python chat_server.py '{"faults": ["429", "cut"], "share": 0.5, "seed": 1}'`` prints its port.
It "translates" by upper-casing; where a sentence must contain something, it appends that. ``GET
/v1/count`` says how many requests of each kind there were.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SETTINGS = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
RANDOM = random.Random(SETTINGS.get("seed", 0))
LOCK = threading.Lock()
COUNTS: dict[str, int] = {}
IN_FLIGHT = [0, 0]


def translated(question: dict) -> dict:
    if "spans" in question:
        target = question["target"]
        found = [
            {"id": s["id"], "text": s["text"].upper() if s["text"].upper() in target else None}
            for s in question["spans"]
        ]
        return {"spans": found}
    done = []
    for sentence in question["sentences"]:
        text = sentence["text"].upper()
        for wanted in sentence.get("must_contain", ()):
            text += " " + wanted[0]
        done.append({"id": sentence["id"], "text": text})
    return {"translations": done}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.partition("?")[0].endswith("/count"):
            self.answer(200, json.dumps({**COUNTS, "most": IN_FLIGHT[1]}).encode())
        else:
            self.answer(200 if self.allowed() else 401, b'{"data": []}')

    def without_end(self, piece: bytes) -> None:
        """Sends until the client goes away."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(0 if len(piece) > 1 else 0.02)

    def allowed(self) -> bool:
        key = SETTINGS.get("key")
        return not key or self.headers.get("Authorization") == f"Bearer {key}"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with LOCK:
            IN_FLIGHT[0] += 1
            IN_FLIGHT[1] = max(IN_FLIGHT)
            faults = SETTINGS.get("faults", [])
            fault = (
                RANDOM.choice(faults)
                if faults and RANDOM.random() < SETTINGS.get("share", 1)
                else ""
            )
            COUNTS[fault or "good"] = COUNTS.get(fault or "good", 0) + 1
        try:
            self.respond(body, fault)
        finally:
            with LOCK:
                IN_FLIGHT[0] -= 1

    def respond(self, body: dict, fault: str) -> None:
        if not self.allowed():
            return self.answer(401, b"{}")
        if fault == "429":
            return self.answer(429, b"slow down", Retry_After=str(SETTINGS.get("after", 0)))
        if fault in ("500", "503", "400"):
            return self.answer(int(fault), b"<html>oops</html>")
        if fault == "400 echo":
            said = f"bad: {self.headers.get('Authorization')} {self.path}"
            return self.answer(400, said.encode())
        if fault == "reset":  # closed before a byte is sent
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return self.connection.close()
        if fault in ("endless", "drip"):
            return self.without_end(b"x" * 65536 if fault == "endless" else b"x")
        if fault == "slow":
            time.sleep(SETTINGS.get("sleep", 3))
        question = json.loads(body["messages"][-1]["content"])
        made = translated(question)
        rows = made.get("translations") or made.get("spans")
        text = json.dumps(made, ensure_ascii=False)
        if fault == "garbage":
            text = "Sure! Here is your translation: HELLO"
        elif fault == "fenced":
            text = f"Of course:\n```json\n{text}\n```\nAnything else?"
        elif fault == "short":
            rows.pop()
            text = json.dumps(made)
        elif fault == "doubled":
            rows.append(dict(rows[0]))
            text = json.dumps(made)
        elif fault == "empty":
            rows[0]["text"] = ""
            text = json.dumps(made)
        elif fault == "echo":  # what a careless gateway puts into its answers
            rows[0]["text"] = f"{self.headers.get('Authorization')} {self.path}"
            text = json.dumps(made)
        elif fault == "chatter":
            rows[0]["text"] = "As a language model I would say " * 40
            text = json.dumps(made)
        completion = {
            "choices": [
                {
                    "message": {"content": text},
                    "finish_reason": "length" if fault == "length" else "stop",
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 50},
        }
        data = json.dumps(completion).encode()
        if fault == "html":
            data = b"<html>gateway</html>"
        if fault == "cut":  # half of the body, then the line is cut
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        return self.answer(200, data)


class Server(ThreadingHTTPServer):
    """As many connections may wait as a test opens at once: the default of five refuses some."""

    request_queue_size = 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", SETTINGS.get("port", 0)), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
