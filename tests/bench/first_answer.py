#!/usr/bin/python3
"""Asks an address until it answers, and prints when that was, by time.monotonic(). The answer is a TCP reset, which needs
no server.  first_answer.py ADDRESS"""
import socket
import sys
import time

LEAST = 0.001  # seconds for an answer


def main(address):
    print("ready", flush=True)
    began = time.monotonic()
    while True:
        # A tenth of what has passed: exact to that, and no network is too slow for it in the end.
        patience = max(LEAST, (time.monotonic() - began) / 10)
        try:
            socket.create_connection((address, 9), patience)
        except ConnectionRefusedError:
            print(time.monotonic(), flush=True)
            return
        except OSError:  # no route yet, no answer, an ICMP error
            time.sleep(0.0002)


if __name__ == "__main__":
    main(sys.argv[1])
