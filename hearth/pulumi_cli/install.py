"""Try the ways to a Pulumi CLI in order, and keep what was found in one folder.

`FOLDER/bin` then has `pulumi` and its language hosts, as links to where they really are. Found once it is kept: a
second call costs two file look-ups, and a CLI that is upgraded, moved or removed is noticed by them. A new version
in go.mod starts over.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hearth.errors import HearthError
from hearth.pulumi_cli.module import Module
from hearth.pulumi_cli.sources import Cli, Source, Unavailable

# Of what is put beside a CLI that is built here. A higher number has it made again where an older one is.
_FORM = 2


class NoCliError(HearthError):
    """No way led to a CLI; the text names each with its reason, and what to do."""


def install(folder: Path, module: Module, sources: Sequence[Source], say: Callable[[str], None]) -> Cli | None:
    """Have a CLI in `folder/bin`; None when it was there already. `say` gets what the user should read meanwhile.

    Raises NoCliError: no source has one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock", say):
        stamp = folder / "cli.json"
        if _still_good(stamp, module):
            return None
        cli = _first(sources, module)
        _publish(folder / "bin", cli)
        stamp.write_text(json.dumps(_stamp(folder, module, cli.pulumi)), encoding="utf-8")
        return cli


def _first(sources: Sequence[Source], module: Module) -> Cli:
    reasons: list[str] = []
    for source in sources:
        try:
            return source.get()
        except Unavailable as reason:
            reasons.append(f"  {len(reasons) + 1}. {source.title}.\n     Now: {reason}.")
    raise NoCliError(
        f"This needs the Pulumi CLI, {module.cli} or newer. Do one of these, then run the command again:\n"
        + "\n".join(reasons)
    )


def _publish(bin_folder: Path, cli: Cli) -> None:
    """Link the CLI and what lies beside it: language hosts, and the programs that those look for in turn."""
    bin_folder.mkdir(exist_ok=True)
    for old in bin_folder.glob("pulumi*"):
        old.unlink()
    (bin_folder / "pulumi").symlink_to(cli.pulumi)
    for program in cli.pulumi.resolve().parent.glob("pulumi-*"):
        (bin_folder / program.name).symlink_to(program)


def _stamp(folder: Path, module: Module, pulumi: Path) -> dict[str, Any]:
    found = pulumi.stat()
    return {
        # Language hosts name what they run by where it lies.
        "folder": str(folder.resolve()),
        "toolkit": str(module.folder),
        "form": _FORM,
        "module": module.digest,
        "pulumi": str(pulumi),
        "size": found.st_size,
        "changed": found.st_mtime_ns,
    }


def _still_good(stamp: Path, module: Module) -> bool:
    try:
        kept = json.loads(stamp.read_text(encoding="utf-8"))
        # Another checkout that links to this folder has the same CLI, for as long as the toolkit is there with which
        # it was had.
        maker = replace(module, folder=Path(kept["toolkit"]))
        there = (maker.folder / "go.mod").is_file()
        return bool(there and kept == _stamp(stamp.parent, maker, Path(kept["pulumi"])))
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _alone(lock: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Two commands at once in one checkout must not build twice, nor see half a folder."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # A build takes minutes, and what it tells stands in the other command's window.
            say("Another command in this folder is getting the Pulumi CLI; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
