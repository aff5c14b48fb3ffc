import io
import threading
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from curate.errors import ModelError, RemovalError
from curate.settings import OutsideRemover
from curate.vision.http_remover import HttpRemover
from curate.vision.loading import load_remover
from curate.vision.working_region import remove_object


class Endpoint(BaseHTTPRequestHandler):
    """Plays a list of answers, one per request; the good one paints the mask."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = message_from_bytes(f"Content-Type: {self.headers['Content-Type']}\n\n".encode() + body)
        files = {part.get_param("name", header="content-disposition"): part for part in parts.get_payload()}
        self.server.requests.append(dict(self.headers))
        photo, mask = (
            Image.open(io.BytesIO(files[name].get_payload(decode=True))) for name in ("photo", "mask")
        )
        photo.paste((1, 2, 3), mask=mask)
        out = io.BytesIO()
        photo.save(out, "PNG")
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self, out.getvalue())

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def good(endpoint, png):
    endpoint.send(200, png)


def status(code, **headers):
    return lambda endpoint, png: endpoint.send(code, **headers)


def drop(endpoint, png):
    endpoint.connection.close()


def drip(endpoint, png):
    endpoint.send_response(200)
    endpoint.end_headers()
    while not endpoint.server.stopping.wait(0.05):
        endpoint.wfile.write(b"x")


def drip_headers(endpoint, png):
    endpoint.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not endpoint.server.stopping.wait(0.05):
        endpoint.wfile.write(b"x")


def silence(endpoint, png):
    endpoint.server.stopping.wait(30)


def flood(endpoint, png):
    endpoint.send_response(200)
    endpoint.end_headers()
    for _ in range(200):
        endpoint.wfile.write(bytes(1_000_000))


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.answers, server.requests, server.stopping = [good], [], threading.Event()
    server.handle_error = lambda *_: None  # clients that go away are the point here
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_port}/remove"


@pytest.fixture
def mask(still_life):
    mask = np.zeros(still_life.shape[:2], dtype=bool)
    mask[90:150, 120:200] = True
    return mask


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def remover(url, pauses):
    return HttpRemover("lab", "0" * 64, url, OutsideRemover(timeout_seconds=1), pauses.append)


def test_an_endpoint_gets_two_pngs_and_gives_one(url, still_life, mask, tmp_path):
    removed = remove_object(load_remover(url, tmp_path), still_life, mask)
    assert (removed.pixels[removed.mask] == (1, 2, 3)).all()
    assert (removed.pixels == still_life)[~removed.mask].all()


def test_trouble_that_may_pass_is_waited_out(server, remover, still_life, mask, pauses):
    server.answers = [status(503), drop, status(429, Retry_After="7"), good]
    assert (remove_object(remover, still_life, mask).pixels[mask] == (1, 2, 3)).all()
    assert pauses == [0.5, 1.0, 7.0]


@pytest.mark.parametrize(
    ("answer", "sentence", "requests"),
    [
        (status(500), r"did not answer in 4 attempts \(status 500\)", 4),
        (drop, "did not answer in 4 attempts", 4),
        (status(429, Retry_After="9999999"), "did not answer in 4 attempts", 4),
        (status(401), "answered 401", 1),
        (status(302, Location="http://127.0.0.1:1/"), "answered 302", 1),
        (silence, "took longer than 1 s", 1),
        (drip, "took longer than 1 s", 1),
        (drip_headers, "took longer than 1 s", 1),
        (flood, "more than a PNG", 1),
        (lambda endpoint, png: endpoint.send(200, png[:-50]), "no whole PNG", 1),
        (lambda endpoint, png: endpoint.send(200, b"<html>"), "no whole PNG", 1),
    ],
)
def test_what_does_not_pass_is_one_sentence(
    server, remover, still_life, mask, pauses, answer, sentence, requests
):
    server.answers = [answer]
    started = time.monotonic()
    with pytest.raises(RemovalError, match=sentence) as error:
        remove_object(remover, still_life, mask)
    assert time.monotonic() - started < 15
    assert len(server.requests) == requests
    assert max(pauses, default=0) <= 30
    assert "\n" not in str(error.value)


def test_nobody_listens(still_life, mask, pauses):
    remover = HttpRemover("lab", "0" * 64, "http://127.0.0.1:1/", OutsideRemover(), pauses.append)
    with pytest.raises(RemovalError, match="did not answer in 4 attempts"):
        remove_object(remover, still_life, mask)


def test_a_token_comes_from_the_environment_and_stays_out_of_the_url(
    server, url, still_life, mask, monkeypatch
):
    settings = OutsideRemover(token_variable="LAB_TOKEN")
    monkeypatch.delenv("LAB_TOKEN", raising=False)
    with pytest.raises(ModelError, match="set the environment variable LAB_TOKEN"):
        HttpRemover("lab", "0" * 64, url, settings)
    monkeypatch.setenv("LAB_TOKEN", "abc")
    remove_object(HttpRemover("lab", "0" * 64, url, settings), still_life, mask)
    assert server.requests[0]["Authorization"] == "Bearer abc"
    with pytest.raises(ModelError, match="token_variable"):
        HttpRemover("lab", "0" * 64, "https://me:secret@host/", OutsideRemover())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "http:///x"])
def test_only_http_and_https_are_spoken(url, tmp_path):
    with pytest.raises(ModelError, match="not one of http or https"):
        load_remover("lab", tmp_path, outside={"lab": OutsideRemover(url=url)})
