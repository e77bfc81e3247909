"""From two revisions to what lies between them: export, deploy the base, preview the head."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hearth import project, references, stack_file
from hearth.localcloud.commands.checkout import Checkout
from hearth.preview import changes, cloud, deployments, environments, work
from hearth.preview.changes import Plan
from hearth.preview.engine import Engine, output_of
from hearth.preview.errors import PreviewError
from hearth.preview.revisions import Repository, Revision
from hearth.stack_file import Setting

_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_LAST_LINES = 30
_TOOLKIT = Path("hearth") / "resources.py"


@dataclass(frozen=True, kw_only=True)
class Compared:
    plan: Plan
    settings: list[Setting]
    base: str
    head: str
    note: str


def compare(checkout: Path, *, stack: str, base: str, head: str, fresh: bool, say: Callable[[str], None]) -> Compared:
    """Show the engine's diff of a stack between two revisions, and return what it says.

    `head` is empty for the working tree, and `fresh` deploys the base although it is kept. Writes only below
    `.local/preview`, and deletes it again but for virtual environments and kept deployments. Raises PreviewError.
    """
    if not _STACK.fullmatch(stack):
        raise PreviewError(
            f"STACK={stack} is not a valid stack name. Use the middle of Pulumi.STACK.yaml, such as prod."
        )
    repository = Repository(checkout)
    old = repository.commit(base, "BASE")
    new = repository.commit(head, "HEAD_REF") if head else repository.working_tree()
    local = checkout / ".local" / "preview"
    python = checkout / ".venv" / "bin" / "python"
    kept = deployments.Deployments(local / "deployments")
    with work.folder(local) as folder:
        sides = _Sides(folder / "base", folder / "head", stack)
        repository.export(new, sides.head)
        sides.check_head(new)
        # By the head's own table: that of the base may be another version's.
        listed = project.Table.read(sides.head).references
        facts = (old.commit, stack, listed, _project(sides.head))
        key = deployments.name(Checkout(checkout), *facts, environ=os.environ)
        protected = None if fresh else kept.restore(key, folder)
        with cloud.running(checkout, python, folder / deployments.CLOUD, os.environ) as started:
            repository.export(old, sides.base)
            sides.check_base(old, repository)
            settings, note = sides.prepare(old)
            ports = started()

            def engine(side: Path) -> Engine:
                environment = environments.ensure(checkout, side, local / "environments")
                found = Engine(
                    checkout=checkout,
                    folder=side,
                    environment=environment,
                    stack=stack,
                    state=folder / deployments.STATE,
                    ports=ports,
                )
                # Each side's own, one after the other in one state.
                found.refer(references.read_file(side / listed))
                return found

            if note:
                say(note)
            elif protected is not None:
                say(f"{old.title} was deployed as records by an earlier preview.")
            else:
                say(f"Deploying {old.title} as records …")
                protected = _deploy(engine(sides.base), old)
                try:
                    kept.keep(key, folder, protected)
                except OSError as error:
                    say(f"The next preview has to deploy it again, because it can't be kept: {error}")
            after = engine(sides.head)
            if note:
                after.init()
            say(f"Previewing {new.title} on it …")
            plan = changes.read(after.preview(folder / "events.json"), protected or ())
    return Compared(plan=plan, settings=settings, base=old.title, head=new.title, note=note)


class _Sides:
    """The exported folders, and the stack's file in each."""

    def __init__(self, base: Path, head: Path, stack: str) -> None:
        self.base = base
        self.head = head
        self._file = f"Pulumi.{stack}.yaml"

    def check_head(self, head: Revision) -> None:
        """Raises PreviewError when the head has no such stack."""
        if not (self.head / self._file).is_file():
            there = sorted(path.name.split(".")[1] for path in self.head.glob("Pulumi.*.yaml"))
            raise PreviewError(
                f"There is no {self._file} in {head.title}. "
                + (f"It has the stacks {', '.join(there)}." if there else "It has no stack at all.")
                + " A new stack's file must exist. It need not be committed, but git must not ignore it."
            )

    def check_base(self, base: Revision, repository: Repository) -> None:
        """Raises PreviewError for a base whose parts lie where nothing here looks for them."""
        if (self.base / "localcloud").is_dir() and not (self.base / _TOOLKIT).parent.is_dir():
            first = repository.first_with(_TOOLKIT) or "one with a folder hearth/"
            raise PreviewError(
                f"{base.title} is from before the toolkit had a folder of its own, so it can't be deployed here. The "
                f"first commit that you can compare with is {first}."
            )

    def prepare(self, base: Revision) -> tuple[list[Setting], str]:
        """Make the files fit for the engine; how they differed, and why all is new if it is."""
        after = self._sanitize(self.head)
        if not (self.base / self._file).is_file():
            note = f"{base.title} has no {self._file}: the stack is new, so every resource is created."
            return stack_file.compare({}, after), note
        before = self._sanitize(self.base)
        names = [_project(side) for side in (self.base, self.head)]
        note = (
            ""
            if names[0] == names[1]
            else (
                f"The project is renamed from {names[0]} to {names[1]}, and stacks belong to a project: Pulumi would "
                "create every resource again beside the existing ones, unless you move the stack with `pulumi stack "
                "rename`."
            )
        )
        return stack_file.compare(before, after), note

    def _sanitize(self, side: Path) -> dict[str, object]:
        """The content as it was, with what Pulumi.yaml says for every stack."""
        content = stack_file.read(side / self._file)
        stack_file.write(side / self._file, stack_file.sanitized(content))
        return {**content, "config": stack_file.project_wide(side) | (content.get("config") or {})}


def _project(side: Path) -> str:
    return str(stack_file.read(side / "Pulumi.yaml").get("name", ""))


def _deploy(engine: Engine, base: Revision) -> frozenset[str]:
    """The URNs of what is protected there, which the state now says of nothing any more."""
    engine.init()
    done = engine.up()
    if done.returncode:
        last = "\n".join(f"  {line}" for line in output_of(done).splitlines()[-_LAST_LINES:])
        raise PreviewError(
            f"The base revision {base.title} does not deploy, so there is nothing to compare with. The end of its "
            f"output:\n{last}\nName a revision that deploys: make preview BASE=..."
        )
    return engine.unprotect()
