"""The verification page under load: two web processes, a small client beside them on the same cores."""

import os
import socket
import statistics
import threading
import time

from bench import server
from bench.setup import City
from bench.table import Row, p95
from cotonou.documents.models import IssuedDocument

REQUESTS, CLIENTS = 6000, 16


def measure(city: City) -> list[Row]:
    codes = list(IssuedDocument.objects.sealed().order_by("pk").values_list("code", flat=True)[:200])
    with server.running() as port:
        rows = []
        for what, paths in (
            ("page de vérification par code", [f"/v/{code}" for code in codes]),
            ("page de vérification, à scanner", ["/v"]),
        ):
            _load(port, paths, 400)  # both processes warm, connections to the database open
            rows.append(_row(what, *_load(port, paths, REQUESTS)))
    return rows


def _row(what: str, seconds: float, client_seconds: float, times: list[float]) -> Row:
    rate = REQUESTS / seconds
    share = client_seconds / (seconds * (os.cpu_count() or 1))
    return Row(
        what,
        f"{REQUESTS} requêtes, {CLIENTS} connexions, gunicorn 2 processus",
        f"{rate:.0f} requêtes/s ({statistics.median(times):.1f} ms)",
        f"{p95(times):.1f} ms",
        "≥ 400 requêtes/s",
        rate >= 400,
        f"le client prend {share:.0%} des cœurs",
    )


def _load(port: int, paths: list[str], total: int) -> tuple[float, float, list[float]]:
    """(seconds, CPU seconds of this client, milliseconds of each request)"""
    times: list[list[float]] = [[] for _ in range(CLIENTS)]
    failures: list[Exception] = []

    def client(number: int) -> None:
        try:
            _visit(port, [paths[i % len(paths)] for i in range(number, total, CLIENTS)], times[number])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - started, time.process_time() - cpu, [t for part in times for t in part]


def _visit(port: int, paths: list[str], times: list[float]) -> None:
    """Each request as a browser that keeps its connection: raw, so that the client costs little."""
    connection: socket.socket | None = None
    for path in paths:
        started = time.perf_counter()
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
        connection.sendall(head.encode())
        if _read(connection):
            connection.close()
            connection = None
        times.append((time.perf_counter() - started) * 1000)
    if connection is not None:
        connection.close()


def _read(connection: socket.socket) -> bool:
    """True when the server closes the connection after this answer. Raises RuntimeError unless 200."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.splitlines()[0].decode())
    fields = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:])
    left = int(fields[b"content-length"]) - len(body)
    while left > 0:
        left -= len(_more(connection))
    return fields.get(b"connection") == b"close"


def _more(connection: socket.socket) -> bytes:
    block = connection.recv(65536)
    if not block:
        raise RuntimeError("the server hung up")
    return block
