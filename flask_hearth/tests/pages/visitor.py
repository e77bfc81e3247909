"""Somebody with a browser that has no scripts: reads pages, fills in their forms and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class Form:
    action: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, str]:
        """Without what is hidden."""
        return {name: value for name, value in self.values.items() if not name.startswith("_")}


class Reader(HTMLParser):
    """The form of a page as a browser would send it, and the page's text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.form: Form | None = None
        self.links: dict[str, str] = {}
        self._text: list[str] = []
        self._area: str | None = None
        self._select = ""
        self._link: str | None = None
        self.feed(page)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value")
        if tag == "form":
            assert given["method"] == "post"
            self.form = Form(action=given["action"] or "")
        elif tag == "a":
            self._link = given["href"]
        elif self.form is None:
            return
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            # One line, whatever the page says.
            line = (value or "").replace("\n", "")
            self.form.values[name] = line or ("on" if given.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._area = name
            self.form.values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in self.form.values):
            self.form.values[self._select] = value or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.form and self._area:
            # The newline after the tag is not part of it; line ends are sent as CRLF.
            text = self.form.values[self._area].removeprefix("\n")
            self.form.values[self._area] = text.replace("\n", "\r\n")
            self._area = None
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._area and self.form:
            self.form.values[self._area] += data
            return
        self._text.append(data)
        if self._link and data.strip():
            self.links[data.strip()] = self._link


class Visitor:
    """Keeps a session, as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def read(self, path: str) -> Reader:
        answer = self.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return Reader(answer.text)

    def form(self, path: str) -> Form:
        form = self.read(path).form
        assert form
        return form

    def send(self, form: Form, **changes: Any) -> TestResponse:
        return self.client.post(form.action, data=form.values | changes, headers={"Accept": "text/html"})

    def follow(self, answer: TestResponse) -> Reader:
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].startswith("/"), "relative, whatever host the service believes to be"
        return self.read(answer.headers["Location"])


def again(answer: TestResponse, status: int) -> tuple[Form, Reader]:
    """The form that a refused one came back as."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    reader = Reader(answer.text)
    assert reader.form
    return reader.form, reader
