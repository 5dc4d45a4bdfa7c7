#!/usr/bin/env python3
"""Traffic programs for inside a namespace. Each prints "ready" when it listens.

    traffic.py serve ADDRESS PORT FILE [MB_PER_SECOND]   FILE over HTTP, to whoever asks for whatever
    traffic.py echo ADDRESS PORT                         TCP: what comes in goes out"""
import http.server
import os
import shutil
import socket
import socketserver
import sys

SO_MAX_PACING_RATE = 47


class Server(socketserver.ThreadingTCPServer):
    address_family, allow_reuse_address, daemon_threads = socket.AF_INET6, True, True


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


def download(path, megabytes_per_second):
    class Download(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if megabytes_per_second:
                self.connection.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, int(megabytes_per_second * 1e6))
            self.send_response(200)
            self.send_header("Content-Length", str(os.path.getsize(path)))
            self.end_headers()
            with open(path, "rb") as file:
                shutil.copyfileobj(file, self.wfile, 1 << 16)

        def log_message(self, *_):
            pass
    return Download


def main(verb, address, port, path=None, megabytes_per_second=0):
    handler = download(path, float(megabytes_per_second)) if verb == "serve" else Echo
    with Server((address, int(port)), handler) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
