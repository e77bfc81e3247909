"""docs/api.md: its commands are sent to the app, and its answers are those that come."""

import json
import re
import shlex
from argparse import ArgumentParser

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.docs.page import page

PAGE = page("api.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CURL = ArgumentParser()
CURL.add_argument("curl", choices=["curl"])
CURL.add_argument("url")
CURL.add_argument("-i", action="store_true", required=True)
CURL.add_argument("-X", dest="method", default="GET")
CURL.add_argument("-H", dest="headers", action="append", default=[])
CURL.add_argument("-d", dest="data")


def sent(client: FlaskClient, command: str, values: dict[str, str]) -> TestResponse:
    for name, value in values.items():
        # In double quotes, as in a shell, the value's own quotes are kept.
        command = command.replace(f"${name}", value.replace('"', '\\"'))
    asked = CURL.parse_args(shlex.split(command))
    headers = dict(header.split(": ", 1) for header in asked.headers)
    return client.open(asked.url, method=asked.method, headers=headers, data=asked.data)


def check(answer: TestResponse, expected: str) -> None:
    """Compare with an answer in which `…` stands for any text."""
    head, _, content = expected.partition("\n\n")
    status, *fields = head.splitlines()

    assert answer.status.upper() == status.upper()
    for field in fields:
        name, value = field.split(": ", 1)
        assert re.fullmatch(re.escape(value).replace("…", ".+"), answer.headers[name]), field
    if content.strip():
        pattern = re.escape(json.dumps(json.loads(content), ensure_ascii=False)).replace("…", '[^"]+')
        assert re.fullmatch(pattern, json.dumps(json.loads(answer.text), ensure_ascii=False)), answer.text
    else:
        assert answer.text == ""


def test_every_command_gets_the_answer_that_stands_below_it() -> None:
    client = app_over(MemoryStore()).test_client()
    values = {"URL": ""}
    answer = None
    checked = 0
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            for command in text.replace("\\\n", " ").splitlines():
                answer = sent(client, command, values)
                if "ITEM" not in values:
                    values["ITEM"] = answer.get_json()["id"]
                values["ETAG"] = answer.headers.get("ETag", values.get("ETAG", ""))
        elif kind == "http":
            assert answer is not None
            check(answer, text)
            checked += 1

    assert checked == PAGE.count("```sh") == PAGE.count("```http") > 8


def test_the_declaration_on_the_page_is_one() -> None:
    (code,) = [text for kind, text in BLOCK.findall(PAGE) if kind == "python"]
    found: dict[str, object] = {}
    imports = "from typing import Annotated\nfrom pydantic import Field\nfrom flask_hearth.model.declaration import *\n"
    exec(imports + code, found)  # noqa: S102 - our own page
    declared = found["WARES"]

    assert isinstance(declared, Declaration)
    assert issubclass(declared.model, Model)


@pytest.mark.parametrize("status", ["400", "404", "405", "409", "412", "413", "415", "422", "428", "503"])
def test_every_status_of_the_document_is_explained(status: str) -> None:
    table = [line for line in PAGE.splitlines() if line.startswith("| ")]

    assert any(status in line.split(" | ")[0] for line in table)
