"""Every resource type of the installed pulumi-gcp, read off its source without importing it.

The source is generated, so its frame is the same in every file: a class for each type, and a getter with a return
type for each property. Importing all of it takes most of a minute and half a gigabyte; reading the getters takes
seconds. A file with another frame is refused rather than half read.
Left out: what a type's replacement, defaults and ids are, of which the source does not tell.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hearth.errors import HearthError

_TOKEN = re.compile(r'^@pulumi\.type_token\("([^"]+)"\)\nclass (\w+)\(pulumi\.CustomResource\):', re.MULTILINE)
_CLASS = re.compile(r"^class (\w+)(?:\([\w., ]*\))?:", re.MULTILINE)
_GETTER = re.compile(
    r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @_utilities\.deprecated\("""(?s:.*?)"""\)\n)?'
    r"    def (\w+)\(self\) -> (.+):\n"
)
_IMPORT = re.compile(r"^ *\$ pulumi import \S+ \S+ (\S+)$", re.MULTILINE)
_SECRETS = re.compile(r"additional_secret_outputs=(\[[^\]]*\])")
_SCALARS = {"str": "string", "bool": "boolean", "int": "integer", "float": "number"}
_WRAPPERS = frozenset({"Input", "Output", "Optional"})
_ASSETS = frozenset({"Asset", "Archive"})

Shape = Any
Getters = Mapping[str, str]
Classes = Mapping[str, Getters]


@dataclass(frozen=True)
class Declared:
    """What the source tells of one type, in the form that `hearth.catalog.types` describes."""

    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    """Shapes of what is no input."""
    computed: tuple[str, ...]
    """What the provider always answers, whether or not it is an input too."""
    secret: tuple[str, ...]
    id_format: str | None
    """What its documentation imports it by, which most often is the id in the state."""


def installed() -> str:
    """The version of pulumi-gcp that is installed."""
    return version("pulumi-gcp")


def source() -> Path:
    """Where it lies. Raises HearthError where it does not."""
    found = find_spec("pulumi_gcp")
    if found is None or found.origin is None:
        raise HearthError("pulumi-gcp is not installed here, and the catalog is read off it: `make` installs it.")
    return Path(found.origin).parent


def read(root: Path, *, workers: int | None = None) -> dict[str, Declared]:
    """All types below a package's folder, by token, in order. Raises HearthError for a source of another frame."""
    modules = sorted({path.parent for path in root.glob("*/*.py")})
    with ProcessPoolExecutor(workers) as pool:
        found = {token: row for part in pool.map(_module, modules, chunksize=4) for token, row in part.items()}
    if not found:
        raise HearthError(f"{root} declares no resource type in a form that is known here.")
    return dict(sorted(found.items()))


def _module(folder: Path) -> dict[str, Declared]:
    found: dict[str, Declared] = {}
    nested = _Nested(_classes(folder / "_inputs.py"), _classes(folder / "outputs.py"))
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for token, name in _TOKEN.findall(text):
            found[token] = _declared(token, name, text, nested)
    return found


def _declared(token: str, name: str, text: str, nested: "_Nested") -> Declared:
    classes = dict(_split(text))
    # Where a nested class has the plain name already, the type's own one is called otherwise.
    arguments = next((each for each in (f"{name}Args", f"{name}InitArgs") if each in classes), None)
    if arguments is None:
        raise HearthError(f"{token}: pulumi-gcp declares it in a form that is not known here.")
    inputs = {key: _annotation(type_) for key, type_ in classes[arguments].items()}
    outputs = {key: _annotation(type_) for key, type_ in classes[name].items()}
    required = {key for key, annotation in inputs.items() if not _optional(annotation)}
    secrets = {each for listed in _SECRETS.findall(text) for each in ast.literal_eval(listed)}
    return Declared(
        inputs={key + "!" * (key in required): nested.input(type_) for key, type_ in sorted(inputs.items())},
        outputs={key: nested.output(type_) for key, type_ in sorted(outputs.items()) if key not in inputs},
        computed=tuple(sorted(key for key, type_ in outputs.items() if not _optional(type_) and key not in required)),
        secret=tuple(sorted(secrets)),
        id_format=_id_format(text),
    )


def _id_format(text: str) -> str | None:
    """`projects/{project}/topics/{name}` of the first `$ pulumi import` that is not the example of one resource."""
    names = {python: own or python for own, python, _ in _GETTER.findall(text)}
    formats = [each.strip('"') for each in _IMPORT.findall(text) if "{{" in each]
    return (
        re.sub(r"\{\{(\w+)\}\}", lambda found: f"{{{names.get(found[1], found[1])}}}", formats[0]) if formats else None
    )


def _classes(path: Path) -> Classes:
    return dict(_split(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _split(text: str) -> Iterator[tuple[str, Getters]]:
    """Each class of a file with its getters' types, by the properties' own names."""
    heads = list(_CLASS.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)]
        getters = _GETTER.findall(body)
        if len(getters) != body.count("@pulumi.getter"):
            raise HearthError(f"{head[1]}: pulumi-gcp declares its properties in a form that is not known here.")
        yield head[1], {own or python: type_ for own, python, type_ in getters}


class _Nested:
    """Shapes of annotations, with the classes of one module."""

    def __init__(self, inputs: Classes, outputs: Classes) -> None:
        self._inputs = inputs
        self._outputs = outputs
        self._known: dict[tuple[bool, str], Shape] = {}

    def input(self, annotation: ast.expr) -> Shape:
        return self._shape(annotation, self._inputs, marked=True)

    def output(self, annotation: ast.expr) -> Shape:
        return self._shape(annotation, self._outputs, marked=False)

    def _shape(self, annotation: ast.expr, classes: Classes, *, marked: bool) -> Shape:
        match annotation:
            case ast.Constant(value=str(name)):
                return self._object(name.rpartition(".")[2], classes, marked=marked)
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return _scalar(name)
            case ast.Subscript(value=ast.Attribute(attr=name) | ast.Name(id=name), slice=inner):
                return self._generic(name, inner, classes, marked=marked)
        raise HearthError(f"pulumi-gcp declares a property as {ast.unparse(annotation)}, which is not known here.")

    def _generic(self, name: str, inner: ast.expr, classes: Classes, *, marked: bool) -> Shape:
        if name in _WRAPPERS:
            return self._shape(inner, classes, marked=marked)
        if name == "Sequence":
            return [self._shape(inner, classes, marked=marked)]
        if name == "Mapping" and isinstance(inner, ast.Tuple):
            return {"*": self._shape(inner.elts[1], classes, marked=marked)}
        if name == "Union" and isinstance(inner, ast.Tuple):
            # A class and the dictionary of the same keys, or an asset and an archive.
            return self._shape(inner.elts[0], classes, marked=marked)
        raise HearthError(f"pulumi-gcp declares a property as {name}[...], which is not known here.")

    def _object(self, name: str, classes: Classes, *, marked: bool) -> Shape:
        if (marked, name) not in self._known:
            if name not in classes:
                raise HearthError(f"pulumi-gcp speaks of {name}, which its module does not declare.")
            fields = {key: _annotation(type_) for key, type_ in sorted(classes[name].items())}
            self._known[marked, name] = {
                key + "!" * (marked and not _optional(type_)): self._shape(type_, classes, marked=marked)
                for key, type_ in fields.items()
            }
        return self._known[marked, name]


@cache
def _annotation(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _optional(annotation: ast.expr) -> bool:
    return "Optional" in {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in _outermost(annotation)
        if isinstance(each, ast.Name | ast.Attribute)
    }


def _outermost(annotation: ast.expr) -> Iterator[ast.expr]:
    """The wrappers around a value: Input or Output, and Optional."""
    while isinstance(annotation, ast.Subscript):
        yield annotation.value
        name = annotation.value
        if (name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")) not in _WRAPPERS:
            return
        annotation = annotation.slice


def _scalar(name: str) -> Shape:
    if name in _ASSETS:
        return "asset"
    # Anything: the property takes whatever is passed.
    return _SCALARS.get(name)
