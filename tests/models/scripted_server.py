"""A real HTTP server process that answers chat questions from a script.

``python scripted_server.py SCRIPT.json`` prints its port. The script maps a phrase to the answers
to questions that contain it, in turn (the last one for ever): each a text, or an object with
``content`` and ``finish_reason`` or ``status``. The longest phrase that a conversation's first
own question (its last message from the user that holds a phrase) contains decides. Tokens are
counted as words. ``GET /v1/log`` gives all questions with their answers.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCRIPT: dict[str, list] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
USED: dict[str, int] = {}
LOG: list[dict] = []
LOCK = threading.Lock()


def answer_to(messages: list[dict]) -> dict:
    for message in reversed(messages):
        known = [p for p in SCRIPT if message["role"] == "user" and p in message["content"]]
        if known:
            phrase = max(known, key=len)
            with LOCK:
                n = USED.get(phrase, 0)
                USED[phrase] = n + 1
            answer = SCRIPT[phrase][min(n, len(SCRIPT[phrase]) - 1)]
            return answer if isinstance(answer, dict) else {"content": answer}
    return {"status": 400}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def send(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send(200, LOG if self.path.endswith("/log") else {"data": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = answer_to(body["messages"])
        text = answer.get("content", "")
        words = sum(len(message["content"].split()) for message in body["messages"])
        usage = {"prompt_tokens": words, "completion_tokens": len(text.split())}
        with LOCK:
            LOG.append({"question": body, "answer": answer, "usage": usage})
        choice = {
            "message": {"content": text},
            "finish_reason": answer.get("finish_reason", "stop"),
        }
        self.send(answer.get("status", 200), {"choices": [choice], "usage": usage})


class Server(ThreadingHTTPServer):
    """As many connections may wait as a test opens at once: the default of five refuses some."""

    request_queue_size = 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
