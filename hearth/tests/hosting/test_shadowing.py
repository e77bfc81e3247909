"""A static file that hides a route is found at preview, from the source alone."""

from pathlib import Path

import pytest

from hearth.hosting import shadowing

MODULE = """
from flask import Blueprint, Flask
app = Flask(__name__)
pages = Blueprint("pages", __name__)
items = flask.Blueprint("items", __name__, url_prefix="/items")

@app.route("/")
@app.get("/home")
def index(): ...

@pages.post("/feedback")
async def feedback(): ...

@items.get("")
@items.route("/<int:id>", methods=["PUT"])
def item(id): ...

@cache.get("key")
@unrelated
@app.errorhandler(404)
def other(): ...
"""


def test_routes_are_read_off_the_decorators(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "views.py").write_text(MODULE, encoding="utf-8")

    assert shadowing.routes(tmp_path) == {"/", "/home", "/feedback", "/items", "/items/<int:id>"}


def test_a_file_that_is_no_python_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("x = 1\nif x\n", encoding="utf-8")
    (tmp_path / "nul.py").write_bytes(b"\0")
    named: list[str] = []

    assert "/home" in shadowing.routes(tmp_path, broken=named.append)
    assert [each.partition(": ")[0] for each in named] == [
        f"{tmp_path.name}/broken.py, line 2",
        f"{tmp_path.name}/nul.py",
    ]


def test_routes_of_an_extension_count_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(MODULE, encoding="utf-8")
    more = {"shop": ["/shop"]}

    assert "/shop" not in shadowing.routes(tmp_path, more)
    for line in ("import shop.cart", "from shop import Cart"):
        (tmp_path / "more.py").write_text(line, encoding="utf-8")
        assert "/shop" in shadowing.routes(tmp_path, more)


def test_what_is_not_the_app_is_not_read(tmp_path: Path) -> None:
    for folder in (".venv/lib", "venv", "tests"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "views.py").write_text(MODULE, encoding="utf-8")

    assert shadowing.routes(tmp_path) == set()


def test_a_route_for_every_collection_is_one_for_each_that_is_declared(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        'WARES = Declaration(name="wares", singular="ware")\nITEMS = Declaration(name="items")\n', encoding="utf-8"
    )
    (tmp_path / "views.py").write_text(
        '@blueprint.get("/<paged:declaration>/<id:id>")\ndef show(declaration, id): ...\n', encoding="utf-8"
    )

    assert shadowing.routes(tmp_path) == {"/wares/<id:id>", "/items/<id:id>"}
    assert list(shadowing.shadows(["/style.css", "/items/logo.svg"], shadowing.routes(tmp_path), clean_urls=True)) == [
        ("/items/logo.svg", "/items/<id:id>")
    ]


@pytest.mark.parametrize(
    ("file", "rule", "clean_urls"),
    [
        ("/about", "/about", False),
        ("/index.html", "/", False),
        ("/docs/index.html", "/docs", False),
        ("/docs/index.html", "/docs/", False),
        ("/items/7", "/items/<int:id>", False),
        ("/items/7", "/items/<id>", False),
        ("/files/a/b.txt", "/files/<path:name>", False),
        ("/a.txt", "/<any(a, b):letter>.txt", False),
        ("/about.html", "/about", True),
    ],
)
def test_a_file_that_hides_a_route_is_found(file: str, rule: str, clean_urls: bool) -> None:  # noqa: FBT001
    assert list(shadowing.shadows([file], [rule], clean_urls=clean_urls)) == [(file, rule)]


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("/style.css", "/"),
        ("/about.html", "/about"),
        ("/items/7/photo.png", "/items/<int:id>"),
        ("/a.txt", "/a+txt"),
        ("/abtxt", "/ab.xt"),
    ],
)
def test_a_file_beside_a_route_is_not(file: str, rule: str) -> None:
    assert not list(shadowing.shadows([file], [rule], clean_urls=False))
