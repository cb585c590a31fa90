"""A mobile operator on a local port that misbehaves as real ones do."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Operator(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[str] = []  # what to do with the next requests; "ok" afterwards
        self.requests: list[dict] = []
        self.accepted: dict[str, str] = {}  # reference -> id: what really reached a phone

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sms"


class Handler(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body | {"auth": self.headers["Authorization"]})
        act = self.server.script.pop(0) if self.server.script else "ok"
        getattr(self, f"act_{act}")(body["reference"])

    def accept(self, reference):
        if reference in self.server.accepted:
            return self.answer(409, {"id": self.server.accepted[reference]})
        self.server.accepted[reference] = f"op-{len(self.server.accepted) + 1}"
        return self.answer(202, {"id": self.server.accepted[reference]})

    act_ok = accept

    def act_down(self, reference):
        self.answer(500, {"error": "boom"})

    def act_busy(self, reference):
        self.answer(429, {})

    def act_bad_number(self, reference):
        self.answer(422, {"error": "unknown subscriber"})

    def act_silent(self, reference):
        """Takes the message, then never answers in time."""
        self.server.accepted[reference] = f"op-{len(self.server.accepted) + 1}"
        time.sleep(0.6)

    def act_cut(self, reference):
        self.connection.close()

    def act_garbage(self, reference):
        self.server.accepted[reference] = "op-garbage"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>OK</html>")

    def act_redirect(self, reference):
        self.send_response(307)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def answer(self, status, data):
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

    def finish(self):
        try:
            super().finish()
        except (BrokenPipeError, ConnectionResetError, ValueError):
            self.close_connection = True


@contextmanager
def running():
    server = Operator()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
