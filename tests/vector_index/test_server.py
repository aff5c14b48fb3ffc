"""What only the server engine has: a network, a key and a version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from qdrant_client import QdrantClient, models

from index.errors import IndexUnreachable, ServerTooOld, VectorIndexError
from index.server import ServerIndex, connect


@contextmanager
def server(status: int, answer: object) -> Iterator[str]:
    """A listening socket that gives every GET the same answer; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Nothing on stderr."""

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()


def version(number: str) -> dict[str, str]:
    return {"title": "qdrant", "version": number}


@pytest.mark.parametrize("number", ["1.19.0", "1.19.0-dev", "1.20.3", "2.0.0"])
def test_servers_that_know_slices_are_accepted(number):
    with server(200, version(number)) as url:
        connect(url).close()


@pytest.mark.parametrize("number", ["1.18.9", "0.11.0", "1.9.7"])
def test_older_servers_are_refused_with_both_versions(number):
    with server(200, version(number)) as url, pytest.raises(ServerTooOld, match=rf"{number}.*1\.19 or newer"):
        connect(url)


def test_nobody_there_is_one_sentence_with_the_url():
    with server(200, {}) as url:
        pass
    with pytest.raises(IndexUnreachable, match=rf"No Qdrant server answers at {url} .*correct the URL\.$"):
        connect(url)


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_called_that_and_not_shown(status):
    with server(status, {}) as url, pytest.raises(IndexUnreachable, match="refuses the API key") as caught:
        connect(url, "secret")
    assert "secret" not in str(caught.value)


def test_a_failing_server_is_quoted_on_one_line():
    with server(500, {"status": {"error": "out\nof disk"}}) as url:
        with pytest.raises(VectorIndexError, match=r"failed: .*500.*of disk") as caught:
            connect(url)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://somewhere", "two words"])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(IndexUnreachable, match="is no URL of a Qdrant server"):
        connect(url)


def test_collections_of_other_programs_are_neither_listed_nor_touched(make_points):
    client = QdrantClient(":memory:")
    params = models.VectorParams(size=8, distance=models.Distance.DOT)
    client.create_collection("theirs", vectors_config=params)
    index = ServerIndex(client, "memory")
    assert index.collections() == []
    with pytest.raises(VectorIndexError, match="theirs at memory was made by another program"):
        index.upsert("theirs", *make_points(2))
    with pytest.raises(VectorIndexError, match="another program"):
        index.drop("theirs")
    assert client.collection_exists("theirs")
