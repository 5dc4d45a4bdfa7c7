"""Connections that are never closed, and say something all the time: what comes back is what was sent, in its order."""
import os
import socket
import threading
import time

PAUSE = 0.05  # seconds between two things that are said


class Conversation:
    """TCP from one node to an echo at another. `gaps` are the longest times without an answer, since each was last asked for."""

    def __init__(self, network, name, node, address, port):
        self.name, self.network, self.end = name, network, (node, address, port)
        self.socket = network.socket(node, socket.AF_INET6, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect((address, port))
        self.socket.settimeout(1)
        self.sent, self.received, self.longest, self.loss = 0, 0, 0.0, None
        self.last_answer, self.over = time.monotonic(), threading.Event()
        self.unanswered, self.lock = bytearray(), threading.Lock()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._speak, self._listen)]
        for thread in self.threads:
            thread.start()

    def _speak(self):
        while not self.over.wait(PAUSE) and not self.loss:
            words = os.urandom(int.from_bytes(os.urandom(1), "big") * 8 + 1)
            with self.lock:
                if len(self.unanswered) > 1 << 18:  # the way is closed; TCP has enough to send again
                    continue
                self.unanswered += words
            try:
                while words:
                    words = words[self._send(words):]
            except OSError as error:
                self.loss = f"send: {error}"
            self.sent += 1

    def _send(self, words):
        while not self.over.is_set():
            try:
                return self.socket.send(words)
            except TimeoutError:
                continue
        return len(words)

    def _listen(self):
        while not self.over.is_set() and not self.loss:
            try:
                got = self.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError as error:
                self.loss = f"receive: {error}"
                return
            with self.lock:
                if not got or self.unanswered[:len(got)] != got:
                    self.loss = "closed by the other end" if not got else "other octets came back"
                    return
                del self.unanswered[:len(got)]
            now = time.monotonic()
            self.longest, self.last_answer = max(self.longest, now - self.last_answer), now
            self.received += len(got)

    def wait_for_answer(self, seconds):
        """Whether something comes back from now on."""
        deadline, since = time.monotonic() + seconds, time.monotonic()
        while self.last_answer < since:
            if self.loss or time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def close(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.socket.close()
