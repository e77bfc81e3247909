"""Every resource type of the installed pulumi-gcp, read off its source without importing it.

The source is generated, so its frame is the same in every file: a class for each type, and a getter with a return
type and a text for each property. Importing all of it takes most of a minute and half a gigabyte; reading the getters
takes seconds. What has another frame is refused rather than half read.
Left out: what a type's replacement and defaults are, of which the source does not tell.
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
from typing import Any, NamedTuple

from hearth.catalog.shapes import Shape
from hearth.errors import HearthError

_TOKEN = re.compile(r'^@pulumi\.type_token\("([^"]+)"\)\nclass (\w+)\(pulumi\.CustomResource\):', re.MULTILINE)
_CLASS = re.compile(r"^class (\w+)(?:\([\w., ]*\))?:", re.MULTILINE)
_GETTER = re.compile(
    r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @_utilities\.deprecated\("""(?s:.*?)"""\)\n)?'
    r'    def (\w+)\(self\) -> (.+):\n(?:        """((?s:.*?))""")?'
)
# As the templates of most types write what their validation allows.
_VALUES = re.compile(r"Possible values are: ((?:`[^`]*`,\s+)*`[^`]*`)(?:\.|\s*$)")
_IMPORT = re.compile(r"^ *\$ pulumi import \S+ \S+ (\S+)$", re.MULTILINE)
_SECRETS = re.compile(r"additional_secret_outputs=(\[[^\]]*\])")
# Of what stands in an object, which the list of a type's secrets does not name.
_SENSITIVE = "This property is sensitive and will not be displayed in the plan."
_SCALARS = {"str": "string", "bool": "boolean", "int": "integer", "float": "number"}
_WRAPPERS = frozenset({"Input", "Output", "Optional"})
_ASSETS = frozenset({"Asset", "Archive"})


class _Getter(NamedTuple):
    name: str
    python: str
    type: str
    text: str


Getters = list[_Getter]
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
    """Paths of what the provider marks as secret."""
    values: dict[str, list[str]]
    """By path, the texts that an input may hold."""
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
    inputs, outputs = _classes(folder / "_inputs.py"), _classes(folder / "outputs.py")
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for token, name in _TOKEN.findall(text):
            found[token] = _declared(token, name, text, inputs, outputs)
    return found


def _declared(token: str, name: str, text: str, nested_inputs: Classes, nested_outputs: Classes) -> Declared:
    classes = dict(_split(text))
    # Where a nested class has the plain name already, the type's own one is called otherwise.
    arguments = next((each for each in (f"{name}Args", f"{name}InitArgs") if each in classes), None)
    if arguments is None:
        raise HearthError(f"{token}: pulumi-gcp declares it in a form that is not known here.")
    taken, answered = classes[arguments], classes[name]
    given, told = _Reading(nested_inputs, marked=True), _Reading(nested_outputs, marked=False)
    required = {each.name for each in taken if not _optional(each.type)}
    own = {each.name for each in taken}
    inputs = given.object(taken, "")
    outputs = told.object([each for each in answered if each.name not in own], "")
    return Declared(
        inputs=inputs,
        outputs=outputs,
        computed=tuple(sorted(e.name for e in answered if not _optional(e.type) and e.name not in required)),
        secret=tuple(
            sorted(
                {each for listed in _SECRETS.findall(text) for each in ast.literal_eval(listed)}
                | given.sensitive
                | told.sensitive
            )
        ),
        values=dict(sorted(given.values.items())),
        id_format=_id_format(text, [*taken, *answered]),
    )


def _classes(path: Path) -> Classes:
    return dict(_split(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _split(text: str) -> Iterator[tuple[str, Getters]]:
    """Each class of a file with its getters."""
    heads = list(_CLASS.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)]
        found = _GETTER.findall(body)
        if len(found) != body.count("@pulumi.getter"):
            raise HearthError(f"{head[1]}: pulumi-gcp declares its properties in a form that is not known here.")
        yield head[1], [_Getter(own or python, python, type_, said) for own, python, type_, said in found]


class _Reading:
    """Shapes of one type's properties, with the nested classes of its module."""

    def __init__(self, classes: Classes, *, marked: bool) -> None:
        self._classes = classes
        self._marked = marked
        self.values: dict[str, list[str]] = {}
        self.sensitive: set[str] = set()

    def object(self, getters: Getters, prefix: str) -> dict[str, Shape]:
        found = {}
        for each in sorted(getters):
            path = f"{prefix}{each.name}"
            if values := _VALUES.search(each.text):
                self.values[path] = re.findall(r"`([^`]*)`", values[1])
            if _SENSITIVE in each.text:
                self.sensitive.add(path)
            mark = "!" if self._marked and not _optional(each.type) else ""
            found[each.name + mark] = self._shape(_annotation(each.type), path)
        return found

    def _shape(self, annotation: ast.expr, path: str) -> Shape:
        match annotation:
            case ast.Constant(value=str(name)):
                own = name.rpartition(".")[2]
                if own not in self._classes:
                    raise HearthError(f"pulumi-gcp speaks of {name}, which its module does not declare.")
                return self.object(self._classes[own], f"{path}.")
            case ast.Attribute(attr=name) | ast.Name(id=name):
                # None is anything: the property takes whatever is passed.
                return "asset" if name in _ASSETS else _SCALARS.get(name)
            case ast.Subscript(value=ast.Attribute(attr=name) | ast.Name(id=name), slice=inner):
                return self._generic(name, inner, path)
        raise HearthError(f"pulumi-gcp declares {path} as {ast.unparse(annotation)}, which is not known here.")

    def _generic(self, name: str, inner: ast.expr, path: str) -> Any:
        match name, inner:
            case "Sequence", _:
                return [self._shape(inner, path)]
            case "Mapping", ast.Tuple(elts=[_, values]):
                return {"*": self._shape(values, path)}
            case "Union", ast.Tuple(elts=[first, *_]):
                # A class and the dictionary of the same keys, or an asset and an archive.
                return self._shape(first, path)
            case _ if name in _WRAPPERS:
                return self._shape(inner, path)
        raise HearthError(f"pulumi-gcp declares {path} as {name}[...], which is not known here.")


def _id_format(text: str, getters: Getters) -> str | None:
    """`projects/{project}/topics/{name}` of the first `$ pulumi import` that is not the example of one resource."""
    names = {each.python: each.name for each in getters}
    formats = [each.strip('"') for each in _IMPORT.findall(text) if "{{" in each]
    return (
        re.sub(r"\{\{(\w+)\}\}", lambda found: f"{{{names.get(found[1], found[1])}}}", formats[0]) if formats else None
    )


@cache
def _annotation(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@cache
def _optional(type: str) -> bool:
    """Whether one of the wrappers around a value, which are Input or Output, is Optional."""
    annotation = _annotation(type)
    while isinstance(annotation, ast.Subscript):
        name = annotation.value.attr if isinstance(annotation.value, ast.Attribute) else ast.unparse(annotation.value)
        if name == "Optional" or name not in _WRAPPERS:
            return name == "Optional"
        annotation = annotation.slice
    return False
