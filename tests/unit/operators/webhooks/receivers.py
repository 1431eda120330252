"""Merchants' servers of a test: they answer as they are told, slowly, strangely or not at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Final

TOOK: Final = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
BUSY: Final = b"HTTP/1.1 500 Busy\r\n\r\n"


class SimulatedReceiver:
    """Takes messages on the loopback and answers with bytes, the last of them for ever.

    Args:
        answers: what it answers, in turn; None answers nothing until the test ends.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = list(answers)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?of=li"
        self._lock, self._ended = Lock(), Event()
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.at_once = self.most_at_once = 0
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """End, and let go of whoever still waits; the second time nothing happens."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    def _serve(self) -> None:
        visits: list[Thread] = []
        with suppress(OSError):
            while True:
                visitor, _ = self._door.accept()
                visits.append(Thread(target=self._visit, args=(visitor,)))
                visits[-1].start()
        for visit in visits:
            visit.join()

    def _visit(self, visitor: socket.socket) -> None:
        with visitor, suppress(OSError):
            head, _, body = _read(visitor).partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")[1:]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            with self._lock:
                self.heard.append((headers, body))
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if answer is None:
                self._ended.wait()
            with self._lock:
                self.at_once -= 1
            for byte in answer or b"":
                visitor.sendall(bytes((byte,)))


def _read(visitor: socket.socket) -> bytes:
    data = b""
    while True:
        head, _, body = data.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: ")]
        if body and length and len(body) == int(length[0].split()[1]):
            return data
        piece = visitor.recv(4_096)
        if not piece:
            return data
        data += piece


@contextmanager
def receiver(*answers: bytes | None) -> Iterator[SimulatedReceiver]:
    """Open a merchant's server; it ends with the block."""
    made = SimulatedReceiver(*answers)
    try:
        yield made
    finally:
        made.close()
