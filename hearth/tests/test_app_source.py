"""What is read as the app's Python, and what is passed over."""

from pathlib import Path

from hearth import app_source


def test_modules_of_the_app_come_with_their_paths_and_nothing_of_others_does(tmp_path: Path) -> None:
    for folder in (".venv/lib", "app/orders", "node_modules", "tests", "venv"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "views.py").write_text("", encoding="utf-8")
    (tmp_path / "wsgi.py").write_text("", encoding="utf-8")

    assert [path.as_posix() for path, _ in app_source.modules(tmp_path)] == ["app/orders/views.py", "wsgi.py"]


def test_a_file_that_is_not_there_to_be_read_is_named_and_passed_over(tmp_path: Path) -> None:
    """As a link that an editor leaves behind as its lock, with the name of a Python file."""
    (tmp_path / "app.py").symlink_to(tmp_path / "nowhere.py")
    named: list[str] = []

    assert list(app_source.modules(tmp_path, named.append)) == []
    assert named == [f"{tmp_path.name}/app.py: No such file or directory"]


def test_a_package_is_used_where_a_module_imports_it_or_a_part_of_it_by_its_full_name(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from .shop import cart\nimport flask.views, shops\n", encoding="utf-8")

    assert app_source.uses(tmp_path, "flask")
    assert not app_source.uses(tmp_path, "shop")
