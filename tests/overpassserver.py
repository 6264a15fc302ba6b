"""A server that answers as an Overpass server does, well or badly."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Handler(BaseHTTPRequestHandler):
    """Answers as its server is told to."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.asked.append(parse_qs(self.rfile.read(length).decode())["data"][0])
        status, content, stated, silent = self.server.answer
        if silent == "before":
            self.server.over.wait(20)
            return
        self.send_response(status)
        self.send_header("Content-Length", str(stated or len(content)))
        self.end_headers()
        self.wfile.write(content)
        if silent == "within":
            self.wfile.flush()
            self.server.over.wait(20)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(content=b"", *, status=200, stated=0, silent=""):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.over = [], threading.Event()
    server.answer = (status, content, stated, silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}/api/interpreter"
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
