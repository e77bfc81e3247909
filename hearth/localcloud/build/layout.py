"""What an image holds, worked out from its Dockerfile and context without running anything.

RUN commands are not run: what they would leave in the image is known for one of them alone, the installation of a
lock file, which becomes a virtual environment (`environment`). Everything else that a RUN makes is missing, so a
COPY of such a thing is refused, and the commands left out are named in the build's log.
"""

import fnmatch
import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hearth.localcloud.build import installs
from hearth.localcloud.build.dockerfile import Copy, Run, Stage, Workdir
from hearth.localcloud.build.instructions import DockerfileError

# Where installers put packages when no virtual environment is named: the official Python images, and pip --user.
_BASE_LOCATIONS = frozenset({"/usr/local", "/root/.local"})
# Images that only bring a tool for the build, which the local cloud has or does not need.
_TOOL_IMAGES = re.compile(r"(^|/)uv(:|@|$)")


@dataclass(frozen=True)
class File:
    """A regular file of the image, or a symbolic link where `link` is set."""

    source: Path
    executable: bool
    link: str | None = None


Tree = Mapping[str, File]
"""Files by their path without a leading slash."""


@dataclass
class Layout:
    """One stage's file system as far as it is known."""

    files: dict[str, File] = field(default_factory=dict)
    workdir: str = "/"
    lock: File | None = None
    hashed: bool = False
    """Whether it is installed only with hashes."""
    wheels: set[Path] = field(default_factory=set)
    """Packages that lay beside the lock file, in folders that its installation looked into."""
    environment_paths: set[str] = field(default_factory=set)
    """Absolute paths at which the stage has, or was given, the installed packages."""
    not_run: list[str] = field(default_factory=list)

    def fork(self) -> "Layout":
        return replace(
            self,
            files=dict(self.files),
            wheels=set(self.wheels),
            environment_paths=set(self.environment_paths),
            not_run=[],
        )


def scan(context: Path) -> dict[str, File]:
    """Every file of a folder; folders without files don't count."""
    found: dict[str, File] = {}
    for folder, folders, names in os.walk(context):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*names, *links]:
            path = Path(folder, name)
            link = str(path.readlink()) if path.is_symlink() else None
            executable = link is None and bool(path.stat().st_mode & 0o100)
            found[path.relative_to(context).as_posix()] = File(path, executable, link)
    return found


def lay_out(stages: list[Stage], context: Tree, *, target: str | None) -> tuple[Stage, Layout]:
    """The stage to be pushed (the last, or `target`) and its layout. Raises DockerfileError."""
    wanted = len(stages) - 1
    if target is not None:
        wanted = _find(target, stages, len(stages), f"--target {target}: the Dockerfile has no such stage.")
    done: list[Layout] = []
    for at, stage in enumerate(stages[: wanted + 1]):
        parent = next((i for i in range(at - 1, -1, -1) if stages[i].name == stage.base), None)
        layout = Layout() if parent is None else done[parent].fork()
        for step in stage.steps:
            if isinstance(step, Workdir):
                layout.workdir = posixpath.normpath(posixpath.join(layout.workdir, step.path))
            elif isinstance(step, Copy):
                _copy(step, layout, stages[:at], done, context)
            else:
                _run(step, stage, layout, context)
        done.append(layout)
    return stages[wanted], done[wanted]


def _copy(step: Copy, layout: Layout, stages: list[Stage], done: list[Layout], context: Tree) -> None:
    if step.stage is None:
        for source in step.sources:
            if not _take(source, context, step, layout):
                raise DockerfileError(
                    f"Dockerfile line {step.line}: COPY {source}: not found in the build context. "
                    f"{_elsewhere(source, context)}"
                )
        return
    if _TOOL_IMAGES.search(step.stage) and not any(stage.name == step.stage.lower() for stage in stages):
        layout.not_run.append(f"COPY --from={step.stage}")
        return
    at = _find(
        step.stage,
        stages,
        len(stages),
        f"Dockerfile line {step.line}: COPY --from={step.stage}: no earlier stage has that name, and the local cloud "
        "fetches no other images.",
    )
    origin = done[at]
    for source in step.sources:
        taken = _take(source, origin.files, step, layout)
        path = posixpath.normpath(posixpath.join("/", source))
        shared = {place for place in origin.environment_paths if _within(place, path) or _within(path, place)}
        if shared:
            moved = posixpath.normpath(posixpath.join(layout.workdir, step.target))
            # A folder that holds the environment puts it below the target, as COPY puts the folder's content there.
            layout.environment_paths |= {
                posixpath.normpath(posixpath.join(moved, posixpath.relpath(place, path)))
                if _within(place, path)
                else moved
                for place in shared
            }
            _set_lock(layout, origin.lock, step.line)
            layout.hashed |= origin.hashed
            layout.wheels |= origin.wheels
        elif not taken:
            raise DockerfileError(
                f"Dockerfile line {step.line}: COPY --from={step.stage} {source}: the local cloud does not run RUN "
                "commands, so a stage contains only files copied from the build context and packages installed from a "
                "lock file."
            )


def _take(source: str, tree: Tree, step: Copy, layout: Layout) -> bool:
    """Copy what `source` (a path, possibly with wildcards) names in `tree`; whether there was anything."""
    pattern = posixpath.normpath(source.lstrip("/") or ".")
    if pattern.startswith(".."):
        raise DockerfileError(f"Dockerfile line {step.line}: COPY {source} leads out of the build context.")
    into = posixpath.normpath(posixpath.join(layout.workdir, step.target)).lstrip("/")
    matches = _matches(pattern, tree)
    folder = step.target.endswith(("/", "/.")) or step.target in {".", "./"} or len(step.sources) + len(matches) > 2
    folder = folder or any(path.startswith(f"{into}/") for path in layout.files)
    for match in matches:
        for path, found in _files_of(match, tree):
            file = found if step.executable is None else replace(found, executable=step.executable)
            if path != match:
                inner = path if match == "." else posixpath.relpath(path, match)
                layout.files[posixpath.normpath(posixpath.join(into, inner))] = file
            else:
                name = posixpath.join(into, posixpath.basename(path)) if folder else into
                layout.files[posixpath.normpath(name)] = file
    return bool(matches)


def _elsewhere(source: str, context: Tree) -> str:
    """What may have been meant, for a Dockerfile that was written for a context of its own."""
    wanted = f"/{posixpath.normpath(source).strip('/')}/"
    # Of a folder each of its files tells.
    ends = {f"{path}/"[: at + len(wanted) - 1] for path in context if (at := f"{path}/".find(wanted)) >= 0}
    if ends:
        nearest = min(ends, key=lambda path: (path.count("/"), path))
        return f"{nearest} is: paths begin at the context, not where the Dockerfile lies."
    return "Nothing there ends like that; a .dockerignore may leave it out."


def _matches(pattern: str, tree: Tree) -> list[str]:
    if pattern == ".":
        return ["."] if tree else []
    depth = pattern.count("/") + 1
    heads = {"/".join(path.split("/")[:depth]) for path in tree if path.count("/") + 1 >= depth}
    parts = pattern.split("/")
    return sorted(
        head
        for head in heads
        if all(fnmatch.fnmatchcase(name, part) for name, part in zip(head.split("/"), parts, strict=True))
    )


def _files_of(match: str, tree: Tree) -> Iterable[tuple[str, File]]:
    if match in tree:
        return [(match, tree[match])]
    return [(path, file) for path, file in tree.items() if match == "." or path.startswith(f"{match}/")]


def _run(step: Run, stage: Stage, layout: Layout, context: Tree) -> None:
    found = installs.read(step.script, step.line)
    layout.environment_paths |= {
        posixpath.normpath(posixpath.join(layout.workdir, path)) for path in found.environments
    }
    layout.not_run += found.others
    mounted = {posixpath.normpath(posixpath.join(layout.workdir, at)): source for at, source in step.mounts.items()}
    for name in found.wheels:
        path = posixpath.normpath(posixpath.join(layout.workdir, name))
        tree, folder = (context, mounted[path]) if path in mounted else (layout.files, path.lstrip("/"))
        wheels = {file.source for at, file in tree.items() if posixpath.dirname(at) == posixpath.normpath(folder)}
        if not wheels and "://" not in name:
            raise DockerfileError(
                f"Dockerfile line {step.line}: --find-links {name}: no earlier COPY puts anything there from the "
                "context."
            )
        layout.wheels |= wheels
    for name in found.locks:
        path = posixpath.normpath(posixpath.join(layout.workdir, name))
        lock = context.get(posixpath.normpath(mounted[path])) if path in mounted else layout.files.get(path.lstrip("/"))
        if lock is None:
            raise DockerfileError(
                f"Dockerfile line {step.line}: {name} is used to install packages, but no earlier COPY copies it from "
                "the context."
            )
        _set_lock(layout, lock, step.line)
        layout.hashed |= name in found.hashed
        named = {stage.env[key] for key in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT") if stage.env.get(key)}
        layout.environment_paths |= named or layout.environment_paths or _BASE_LOCATIONS


def _set_lock(layout: Layout, lock: File | None, line: int) -> None:
    if lock is None:
        return
    if layout.lock is not None and layout.lock.source != lock.source:
        raise DockerfileError(
            f"Dockerfile line {line}: the image installs a second lock file ({lock.source.name}), but the local cloud "
            "makes one environment from one lock file. Compile both into one."
        )
    layout.lock = lock


def _find(name: str, stages: list[Stage], before: int, fault: str) -> int:
    if name.isdigit() and int(name) < before:
        return int(name)
    for at in range(before - 1, -1, -1):
        if stages[at].name == name.lower():
            return at
    raise DockerfileError(fault)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
