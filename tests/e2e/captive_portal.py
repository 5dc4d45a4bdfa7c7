#!/usr/bin/env python3
"""The web server of a captive portal: whatever it is asked for leads to the login; who has logged in is let through.

    captive_portal.py ADDRESS PORT LOGIN LOG LIFT

LOGIN is the URL of the login page, and /enter of the same server logs in: the shell line LIFT is run then. LOG gets a
line for each request: "GET / of 203.0.113.2 from 192.168.3.100". Prints "ready" when it listens."""
import http.server
import socket
import subprocess
import sys
import urllib.parse


def handler(login, log, lift):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with open(log, "a") as file:
                file.write(f"GET {self.path} of {self.headers['Host']} from {self.client_address[0]}\n")
            if self.headers["Host"] != urllib.parse.urlsplit(login).netloc:
                self.say(302, "", ("Location", login))
            elif self.path == "/enter":
                subprocess.run(lift, shell=True, check=True)
                self.say(200, "welcome")
            else:
                self.say(200, "who are you?")

        def say(self, status, text, *fields):
            self.send_response(status)
            for field in (*fields, ("Content-Length", str(len(text)))):
                self.send_header(*field)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass
    return Handler


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, address, *arguments):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, *arguments)


def main(address, port, *arguments):
    server = Server((address, int(port)), handler(*arguments))
    print("ready", flush=True)
    server.serve_forever()


main(*sys.argv[1:])
