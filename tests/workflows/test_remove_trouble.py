"""A remover that misbehaves at one object: one failure row, the run goes on, a retry makes up for it."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from chain import last
from curate.settings import OutsideRemover
from curate.vision.http_remover import HttpRemover
from curate.vision.loading import load_remover, load_segmenter
from curate.vision.removal_answers import from_unit_range
from curate.workflows import removals
from curate.workflows.failures import failures
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from drawn_removers import Answering
from removable import make_removable

PATIENCE = 5.0
"""Seconds: what is not meant to hang answers in a tenth of it."""


@pytest.fixture
def views(empty_workspace, tmp_path):
    return make_removable(empty_workspace, tmp_path / "photos")


@pytest.fixture
def meets_trouble_once(empty_workspace, views):
    """Call with a remover that fails at one of four objects, and the sentence of that."""

    def run(remover, **options):
        segmenter = load_segmenter("box", empty_workspace.settings.models_dir)
        tools = RemovalTools(remover, segmenter)
        told = last(remove(empty_workspace, tools, views.objects, RemovalMeasures(None), **options))
        return told["removals"], told["failed"]

    def check(remover, sentence):
        assert run(remover) == (3, 1)
        (failure,) = failures(empty_workspace, "remove")
        assert sentence in failure.reason
        assert "\n" not in failure.reason
        assert len(removals.listed(empty_workspace)) == 3
        assert run(remover, retry_failed=True) == (1, 0)
        assert failures(empty_workspace, "remove") == []
        made = removals.listed(empty_workspace)
        assert sorted(each.object_.public_id for each in made) == sorted(views.objects)

    return check


def fine(photo, _):
    return 255 - photo


def raises(*_):
    raise RuntimeError("CUDA error: out of memory")


def nowhere_finite(photo, _):
    return from_unit_range(np.full(photo.shape, np.nan, np.float32), "lab")


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (raises, "CUDA error: out of memory"),
        (nowhere_finite, "not finite"),
        (lambda photo, _: photo[:-1], "it has to keep the size"),
        (lambda photo, _: photo.astype(np.float64), "type float64"),
        (lambda *_: None, "gave NoneType"),
        (lambda photo, _: np.zeros_like(photo), "one flat colour"),
    ],
)
def test_a_remover_in_this_process(meets_trouble_once, trouble, sentence):
    answers = iter([fine, trouble, fine, fine, fine])
    meets_trouble_once(Answering(lambda photo, mask: next(answers)(photo, mask)), sentence)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("time.sleep(60)", f"stopped after {PATIENCE:g} s"),
        ("os.abort()", "ended with code -6"),
        ("sys.exit('no licence')", "ended with code 1 (no licence)"),
        ("photo.resize((9, 7)).save(sys.argv[2])", "a picture of 9 x 7"),
        ("open(sys.argv[2], 'wb').write(os.urandom(5000))", "no whole PNG"),
    ],
)
def test_a_program(meets_trouble_once, tmp_path, trouble, sentence):
    script, calls = tmp_path / "remover.py", tmp_path / "calls"
    script.write_text(
        "import os, sys, time\n"
        "from PIL import Image, ImageOps\n"
        "photo = Image.open(sys.argv[1])\n"
        f"calls = open({str(calls)!r}, 'a')\n"
        "calls.write('.')\n"
        f"if calls.tell() == 2: {trouble}\n"
        "else: ImageOps.invert(photo).save(sys.argv[2])\n"
    )
    command = f"{sys.executable} {script} {{photo}} {{output}} {{mask}}"
    lab = OutsideRemover(command=command, timeout_seconds=PATIENCE)
    meets_trouble_once(load_remover("lab", tmp_path, outside={"lab": lab}), sentence)


class _Endpoint(BaseHTTPRequestHandler):
    """Gives the photo back, but for the requests that the server was told to spoil."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        spoilt = self.server.spoils(self.server.requests)
        self.server.requests += 1
        if spoilt == "silence":
            self.server.stopping.wait(60)
            return
        photo = body[body.index(b"\x89PNG") :]
        photo = photo[: photo.index(b"IEND") + 8]
        self.send_response(200 if spoilt in (None, "garbage") else spoilt)
        answer = b"<html>" if spoilt == "garbage" else photo
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def endpoint():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    server.requests, server.stopping = 0, threading.Event()
    server.handle_error = lambda *_: None  # clients that go away are the point here
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("trouble", "requests", "sentence"),
    [
        (503, range(1, 5), "did not answer in 4 attempts (status 503)"),
        (418, [1], "answered 418"),
        ("garbage", [1], "no whole PNG"),
        ("silence", [1], "took longer than 1 s"),
    ],
)
def test_an_endpoint(meets_trouble_once, endpoint, trouble, requests, sentence):
    endpoint.spoils = lambda number: trouble if number in requests else None
    url = f"http://127.0.0.1:{endpoint.server_port}/"
    patience = OutsideRemover(timeout_seconds=1 if trouble == "silence" else PATIENCE)
    meets_trouble_once(HttpRemover("lab", "0" * 64, url, patience, sleep=lambda _: None), sentence)


class FailingMeasures(RemovalMeasures):
    """Raise at the second output they are asked about."""

    def __init__(self):
        super().__init__(None)
        self._asked = 0

    def measure(self, photo, found, removed):
        self._asked += 1
        if self._asked == 2:
            raise RuntimeError("the detector ran out of memory")
        return super().measure(photo, found, removed)


def test_an_output_that_cannot_be_measured_costs_one_failure_row(empty_workspace, views):
    tools = RemovalTools(
        load_remover("telea", empty_workspace.settings.models_dir),
        load_segmenter("box", empty_workspace.settings.models_dir),
    )
    told = last(remove(empty_workspace, tools, views.objects, measures := FailingMeasures()))
    assert (told["removals"], told["failed"]) == (3, 1)
    (failure,) = failures(empty_workspace, "remove")
    assert "could not be measured (the detector ran out of memory)" in failure.reason
    told = last(remove(empty_workspace, tools, views.objects, measures, retry_failed=True))
    assert (told["removals"], failures(empty_workspace, "remove")) == (1, [])


def test_pictures_that_cannot_be_kept_stop_no_removal(empty_workspace, views):
    (empty_workspace.data / "renditions").write_text("in the way of the folder")
    tools = RemovalTools(
        load_remover("telea", empty_workspace.settings.models_dir),
        load_segmenter("box", empty_workspace.settings.models_dir),
    )
    told = last(remove(empty_workspace, tools, views.objects, RemovalMeasures(None)))
    assert (told["removals"], told["failed"]) == (4, 0)
