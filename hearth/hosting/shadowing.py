"""Static files that hide a page of the service.

Hosting looks for a file first and asks the service only when there is none, so `static/index.html` makes the
service's own `/` unreachable, with no error anywhere. The routes are read off the decorators in the service's source.

A route for every collection (`/<paged:declaration>`) counts as one for each `Declaration` in the source. Whether it has
pages is not looked at: to hide what is not there does no harm, and the warning says what is meant.

Left out: routes added by `add_url_rule` and prefixes given to `register_blueprint`; a contract test compares what is
found here with the app's real URL map.
"""

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from flask_hearth.staticfiles.names import request_paths
from hearth import app_source

_DECORATORS = {"route", "get", "post", "put", "patch", "delete"}
_COLLECTION = re.compile(r"<(?:collection|paged):[A-Za-z_][A-Za-z0-9_]*>")
_CONVERTER = re.compile(r"<(?:([a-z_]+)(?:\([^)]*\))?:)?[A-Za-z_][A-Za-z0-9_]*>")


def routes(
    folder: Path, more: Mapping[str, Iterable[str]] | None = None, broken: Callable[[str], None] = lambda _: None
) -> set[str]:
    """The URL rules of the Flask app in a folder, such as `/` and `/items/<int:id>`.

    Its modules declare them by decorators; `more` are those of extensions, by the package that brings them, which count
    where a module imports it, once for each of the app's collections. `broken` is called for each file that can't be
    read, with where and why.
    """
    modules = [module for _, module in app_source.modules(folder, broken)]
    used = [
        rules for package, rules in (more or {}).items() if any(app_source.imports(each, package) for each in modules)
    ]
    collections = {name for module in modules for name in _declared(module)}
    rules = [rule for module in modules for rule in _rules(module)]
    return {each for rule in itertools.chain(rules, *used) for each in expanded(rule, collections)}


def expanded(rule: str, collections: Iterable[str]) -> set[str]:
    """The rule for each collection, if it is one for collections."""
    return {_COLLECTION.sub(name, rule) for name in collections} if _COLLECTION.search(rule) else {rule}


def shadows(files: Iterable[str], rules: Iterable[str], *, clean_urls: bool) -> Iterator[tuple[str, str]]:
    """Pairs of a static file and a rule that it hides, at least in part."""
    patterns = {rule: _pattern(rule) for rule in rules}
    for file in sorted(files):
        for rule, pattern in sorted(patterns.items()):
            if any(pattern.fullmatch(path) for path in request_paths(file, clean_urls=clean_urls)):
                yield file, rule


def _rules(module: ast.Module) -> Iterator[str]:
    prefixes = _prefixes(module)
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)):
                continue
            rule = _text(decorator.args[0]) if decorator.args else None
            if decorator.func.attr in _DECORATORS and rule is not None:
                owner = decorator.func.value.id if isinstance(decorator.func.value, ast.Name) else ""
                whole = prefixes.get(owner, "") + rule
                if whole.startswith("/"):
                    yield whole


def _declared(module: ast.Module) -> Iterator[str]:
    """`name` of each `Declaration(...)`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Declaration":
            yield from (text for word in node.keywords if word.arg == "name" and (text := _text(word.value)))


def _prefixes(module: ast.Module) -> dict[str, str]:
    """`url_prefix` of each `name = Blueprint(...)`."""
    found = {}
    for node in ast.walk(module):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        called = node.value.func
        if (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) != "Blueprint":
            continue
        prefix = next((_text(word.value) for word in node.value.keywords if word.arg == "url_prefix"), None)
        found.update({target.id: prefix or "" for target in node.targets if isinstance(target, ast.Name)})
    return found


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _pattern(rule: str) -> re.Pattern[str]:
    """Werkzeug's rule as a regular expression; `path` spans slashes, any other converter stays within a segment."""
    parts, at = [], 0
    for match in _CONVERTER.finditer(rule):
        parts += [re.escape(rule[at : match.start()]), ".+" if match[1] == "path" else "[^/]+"]
        at = match.end()
    return re.compile("".join([*parts, re.escape(rule[at:])]))
