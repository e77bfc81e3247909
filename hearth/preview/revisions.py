"""The two revisions as folders of files, exported so that the checkout itself is only ever read."""

import io
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from hearth.preview import processes
from hearth.preview.errors import PreviewError

_MADE = (".venv", ".local")
_NOT_DEPLOYED = (":(exclude)hearth/tests", ":(exclude)flask_hearth/tests")
"""A third of all files, which no program reads."""


@dataclass(frozen=True)
class Revision:
    """A commit, or the working tree as it is."""

    title: str
    """As the user should read it: `origin/main (1a2b3c4d5e6f)`."""
    commit: str
    """Full hash; empty for the working tree."""


class Repository:
    """The git repository of a checkout."""

    def __init__(self, root: Path) -> None:
        """Raises PreviewError when `root` is not a checkout of git."""
        self._root = root
        if self._git("rev-parse", "--git-dir").returncode:
            raise PreviewError(f"{root} is not a git checkout, so there is no revision to compare with.")

    def commit(self, name: str, variable: str) -> Revision:
        """A revision by any name that git knows. Raises PreviewError, naming `variable`."""
        # A leading dash would be an option.
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found.returncode:
            raise PreviewError(
                f"{variable}={name} is no revision that this checkout knows. Run `git fetch origin`; in CI, fetch "
                "more than one commit (actions/checkout: fetch-depth: 0). Or name another branch, tag or commit: make "
                f"preview {variable}=origin/main"
            )
        commit = found.stdout.decode().strip()
        return Revision(f"{name} ({commit[:12]})", commit)

    def working_tree(self) -> Revision:
        """What lies in the checkout now: tracked files and new ones that are not ignored."""
        head = self._git("rev-parse", "--short=12", "HEAD").stdout.decode().strip() or "no commit yet"
        dirty = self._git("status", "--porcelain", "-z", "--untracked-files=all").stdout.count(b"\0")
        more = f", with {dirty} uncommitted change{'s' if dirty > 1 else ''}" if dirty else ""
        return Revision(f"working tree ({head}{more})", "")

    def first_with(self, file: Path) -> str:
        """Short hash of the commit that brought `file` into this history; empty where it is not told."""
        told = self._git("log", "--reverse", "--diff-filter=A", "--format=%h", "--no-renames", "--", str(file))
        return told.stdout.decode().partition("\n")[0]

    def export(self, revision: Revision, folder: Path) -> None:
        """Write the revision's files into the new folder `folder`. Raises PreviewError."""
        folder.mkdir(parents=True)
        if revision.commit:
            archive = self._git("archive", "--format=tar", revision.commit, "--", ".", *_NOT_DEPLOYED)
            if archive.returncode:
                raise PreviewError(f"git can't export {revision.title}: {archive.stderr.decode().strip()}")
            with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
                tar.extractall(folder, filter="tar")
        else:
            self._copy(folder)

    def _copy(self, folder: Path) -> None:
        listed = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", *_NOT_DEPLOYED)
        for name in {each for each in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if each}:
            source, target = self._root / name, folder / name
            # Deleted but still tracked, or another repository inside of this one. Links called .venv and .local
            # are not what .gitignore calls by these names.
            if name in _MADE or (not source.is_symlink() and not source.is_file()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)

    def _git(self, *arguments: str) -> processes.Done:
        # Without optional locks, `status` does not refresh the index: not even .git changes.
        return processes.run(["git", "--no-optional-locks", *arguments], self._root)
