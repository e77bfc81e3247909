"""Cloud Storage: objects and their content."""

import base64
import hashlib
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from hearth.catalog.apis import STORAGE
from hearth.tests.localcloud.running import LocalCloud, in_thread, wait_until

BUCKET = "demo-test-files"
CONTENT = bytes(range(256)) * 5000


@pytest.fixture(autouse=True)
def _bucket(local: LocalCloud) -> None:
    local.call("POST", STORAGE, "b?project=demo-test", {"name": BUCKET})


def upload(
    local: LocalCloud,
    name: str,
    content: bytes,
    query: str = "",
    *,
    kind: str = "media",
    headers: Mapping[str, str] = {"Content-Type": "text/plain"},
) -> requests.Response:
    url = f"{local.origin}/storage/upload/storage/v1/b/{BUCKET}/o?uploadType={kind}&name={quote(name, safe='')}{query}"
    return local.session.post(url, data=content, headers=headers)


def download(local: LocalCloud, name: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    url = local.url(STORAGE, f"b/{BUCKET}/o/{quote(name, safe='')}?alt=media")
    return local.session.get(url, headers=headers)


def blobs(local: LocalCloud) -> list[str]:
    return sorted(path.name for path in (local.root / "blobs").iterdir())


@pytest.mark.parametrize("name", ["source/abc.tar.gz", "ä ö/?#%2F.txt", "projects/acme/x", ".a"])
def test_what_was_uploaded_comes_back(local: LocalCloud, name: str) -> None:
    made = upload(local, name, CONTENT).json()

    assert (made["name"], made["bucket"], made["size"]) == (name, BUCKET, str(len(CONTENT)))
    assert made["md5Hash"] == base64.b64encode(hashlib.md5(CONTENT, usedforsecurity=False).digest()).decode()
    assert made["contentType"] == "text/plain"
    assert local.call("GET", STORAGE, f"b/{BUCKET}/o/{quote(name, safe='')}") == made
    back = download(local, name)
    assert back.content == CONTENT
    assert back.headers["Content-Type"] == "text/plain"


def test_the_links_lead_there(local: LocalCloud) -> None:
    made = upload(local, "a b/c?d", CONTENT).json()

    assert local.session.get(made["selfLink"]).json() == made
    assert local.session.get(made["mediaLink"]).content == CONTENT


def test_content_lies_in_the_blobs_by_its_hash(local: LocalCloud) -> None:
    """Builds find their source so."""
    upload(local, "a", CONTENT)
    upload(local, "b", CONTENT)

    assert blobs(local) == [hashlib.sha256(CONTENT).hexdigest()]
    kept = local.in_loop(lambda cloud: cloud.store.get(f"storage/b/{BUCKET}/o/a"))
    assert kept is not None
    assert kept["_sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_other_clients_look_for_content_in_other_places(local: LocalCloud) -> None:
    """Google's libraries download beside their uploads, and gcloud uploads at the host's root."""
    at_the_root = f"{local.origin}/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=a"
    beside = f"{local.origin}/storage/download/storage/v1/b/{BUCKET}/o/a?alt=media"

    assert local.session.post(at_the_root, data=CONTENT, timeout=30).json()["name"] == "a"
    assert local.session.get(beside, timeout=30).content == CONTENT


@pytest.mark.parametrize("boundary", ["xx", '"xx"', "'xx'"])
def test_a_multipart_upload_brings_its_metadata(local: LocalCloud, boundary: str) -> None:
    metadata = {"name": "a.bin", "metadata": {"built": "yes"}, "cacheControl": "no-store"}
    body = (
        b"--xx\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
        + json.dumps(metadata).encode()
        + b"\r\n--xx\r\nContent-Type: application/x-thing\r\n\r\n"
        + CONTENT
        + b"\r\n--xx--\r\n"
    )
    url = f"{local.origin}/storage/upload/storage/v1/b/{BUCKET}/o?uploadType=multipart"
    headers = {"Content-Type": f"multipart/related; boundary={boundary}"}

    made = local.session.post(url, data=body, headers=headers).json()

    assert made | metadata == made
    assert made["contentType"] == "application/x-thing"
    assert download(local, "a.bin").content == CONTENT


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/related; boundary=xx", b"--xx\r\n\r\nnot json\r\n--xx\r\n\r\nx\r\n--xx--\r\n"),
        ("multipart/related; boundary=xx", b"--xx\r\n\r\n" + b"[" * 100_000 + b"\r\n--xx\r\n\r\nx\r\n--xx--\r\n"),
        ("multipart/related; boundary=xx", b"--xx\r\n\r\n[]\r\n--xx\r\n\r\nx\r\n--xx--\r\n"),
        ("multipart/related; boundary=xx", b"--xx\r\n\r\n{}\r\n--xx--\r\n"),
        ("multipart/related; boundary=xx", b"no parts at all"),
        ("multipart/related", b"--xx\r\n\r\n{}\r\n--xx--\r\n"),
        ("multipart/related; boundary=xx", b""),
        ("text/plain", b"x"),
    ],
)
def test_a_malformed_multipart_upload_leaves_nothing(local: LocalCloud, content_type: str, body: bytes) -> None:
    answer = upload(local, "a", body, kind="multipart", headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert "items" not in local.call("GET", STORAGE, f"b/{BUCKET}/o")


def test_an_upload_that_breaks_off_leaves_nothing(local: LocalCloud) -> None:
    upload(local, "whole", CONTENT)
    with socket.create_connection(("127.0.0.1", local.ports.apis)) as cable:
        path = f"/storage/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=half"
        cable.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf".encode())
        wait_until(lambda: len(blobs(local)) == 2)

    wait_until(lambda: len(blobs(local)) == 1)
    local.call("GET", STORAGE, f"b/{BUCKET}/o/half", status=404)
    assert "Traceback" not in (local.root / "logs" / "cloud.log").read_text()


def test_what_a_killed_process_was_receiving_is_cleared_and_the_rest_kept(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    for name in (".incoming-abc", "0" * 64):
        (tmp_path / "blobs" / name).touch()

    with in_thread(tmp_path) as local:
        assert blobs(local) == ["0" * 64]


def test_an_upload_replaces_what_was_there(local: LocalCloud) -> None:
    first = upload(local, "a", b"one").json()
    second = upload(local, "a", b"two").json()

    assert int(second["generation"]) > int(first["generation"])
    assert download(local, "a").content == b"two"
    local.call("GET", STORAGE, f"b/{BUCKET}/o/a?generation={first['generation']}", status=404)


def test_generation_0_means_only_if_it_is_not_there(local: LocalCloud) -> None:
    """Of two uploads of the same content at once one wins, and the other learns it."""
    made = upload(local, "a", b"one", "&ifGenerationMatch=0").json()

    refused = upload(local, "a", b"two", "&ifGenerationMatch=0")

    assert refused.status_code == 412
    assert download(local, "a").content == b"one"
    assert upload(local, "a", b"two", f"&ifGenerationMatch={made['generation']}").ok
    local.call("DELETE", STORAGE, f"b/{BUCKET}/o/a?ifGenerationMatch={made['generation']}", status=412)


@pytest.mark.parametrize(("kind", "query"), [("resumable", ""), ("", ""), ("media", "&ifMetagenerationMatch=1")])
def test_what_is_not_played_is_refused(local: LocalCloud, kind: str, query: str) -> None:
    """An ignored precondition would overwrite what it protects."""
    answer = upload(local, "a", b"x", query, kind=kind)

    assert (answer.status_code, answer.json()["error"]["status"]) == (501, "UNIMPLEMENTED")


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 1025, "a\nb"])
def test_a_bad_name_is_refused(local: LocalCloud, name: str) -> None:
    assert upload(local, name, b"x").status_code == 400


def test_a_list_goes_by_prefix_and_folder(local: LocalCloud) -> None:
    for name in ("a", "source/1", "source/2", "source/old/3", "sourcecode"):
        upload(local, name, b"x")

    listed = local.call("GET", STORAGE, f"b/{BUCKET}/o?prefix=source/&delimiter=/")

    assert [item["name"] for item in listed["items"]] == ["source/1", "source/2"]
    assert listed["prefixes"] == ["source/old/"]
    first = local.call("GET", STORAGE, f"b/{BUCKET}/o?maxResults=3")
    rest = local.call("GET", STORAGE, f"b/{BUCKET}/o?maxResults=3&pageToken={first['nextPageToken']}")
    assert [len(first["items"]), len(rest["items"])] == [3, 2]


def test_deleting_one_object_leaves_those_below_its_name(local: LocalCloud) -> None:
    upload(local, "a", b"x")
    upload(local, "a/b", b"y")

    local.call("DELETE", STORAGE, f"b/{BUCKET}/o/a", status=204)

    local.call("GET", STORAGE, f"b/{BUCKET}/o/a", status=404)
    assert download(local, "a/b").content == b"y"


def test_part_of_an_object_is_read_by_range(local: LocalCloud) -> None:
    upload(local, "a", b"0123456789")

    answer = download(local, "a", {"Range": "bytes=2-4"})

    assert (answer.status_code, answer.content) == (206, b"234")


def test_an_upload_into_no_bucket_is_not_found(local: LocalCloud) -> None:
    url = f"{local.origin}/storage/upload/storage/v1/b/gone/o?uploadType=media&name=a"

    assert local.session.post(url, data=b"x").status_code == 404
    assert not Path(local.root / "blobs").exists()
