"""docs/upgrading.md, its part on wheels, carried out in a copy: both folders are gone, and all of it works.

Not carried out is `./environment`, which would fetch every package anew: what the wheels need is lent by the
checkout's environment. Of `make check`, types are left out; of the user's tests, those run that look at what is
Hearth's, and all are imported.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from flask_hearth.tests.docs.page import page
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.ports import VARIABLES
from hearth.tests.docs.walk import Done, copied, ran, stamp, walked
from hearth.tests.engine.deployment import Deployment
from hearth.tests.installed import with_cli
from hearth.tests.owner import as_cloned
from hearth.tests.ports import held_ports

PAGE = page("upgrading.md").partition("## As wheels")[2]
LOOKING = (
    "inventory_says or test_dockerfile or test_toolkit or test_provider or test_static_files or test_pages or root_the"
)
CHECK = f"ruff check --quiet . && ruff format --quiet --check . && python -m pytest -q tests -k '{LOOKING}'"
BIN = Path(sys.executable).parent


@as_cloned
def test_a_project_that_installs_hearths_wheels_is_checked_previewed_and_deployed(tmp_path: Path) -> None:
    copied(tmp_path)
    with held_ports() as ports:
        by_hand = {variable: str(getattr(ports, name)) for name, variable in VARIABLES.items()}
        deployment = Deployment(Checkout(tmp_path.resolve()), ports)

        def run(folder: Path, commands: str) -> Done:
            if "make check" in commands:
                install(folder)
                commands = commands.replace("make check", CHECK)
                return ran(folder, commands, PATH=path_of(folder), **by_hand)
            done = ran(folder, commands, UV_OFFLINE="1")
            # Where nothing was ever locked on this machine, the registry has to be asked what each package needs.
            return ran(folder, commands) if done.returncode else done

        try:
            walked(tmp_path, PAGE, run)
            where = ran(tmp_path, "python -c 'import hearth; print(hearth.__file__)'", PATH=path_of(tmp_path))
            page = deployment.get("/")
        finally:
            deployment.kill()

    assert where.stdout.startswith(f"{tmp_path.resolve()}/.venv/lib/")
    assert page.status_code == 200, page.text


def install(folder: Path) -> None:
    """An environment with the wheels that the lock names, before the packages of the checkout's own."""
    own = folder / ".venv"
    shutil.rmtree(own)
    lock = (folder / "requirements.txt").read_text(encoding="utf-8")
    wheels = re.findall(r"^(?:--find-links|flask-hearth|hearth-toolkit)\b(?:.*\\\n)*.*$", lock, flags=re.MULTILINE)
    assert len(wheels) == 3
    uv = (str(BIN / "uv"), "--quiet", "--offline")
    subprocess.run([*uv, "venv", "--python", sys.executable, own], check=True)
    subprocess.run(
        [*uv, "pip", "install", "--python", own, "--no-deps", "--require-hashes", "-r", "-"],
        cwd=folder,
        input="\n".join(wheels),
        text=True,
        check=True,
    )
    (site,) = own.glob("lib/*/site-packages")
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    for program in BIN.iterdir():
        if not (own / "bin" / program.name).exists():
            _lend(program, own / "bin" / program.name)
    stamp(folder)


def _lend(program: Path, place: Path) -> None:
    """A script is one of the Python that its first lines name."""
    content = program.read_bytes()
    if content.startswith(b"#!"):
        place.write_bytes(
            re.sub(rb"(?<=[!'\" ])/\S+/bin/python[\d.]*", os.fsencode(place.with_name("python")), content, count=1)
        )
        place.chmod(0o755)
    else:
        place.symlink_to(program)


def path_of(folder: Path) -> str:
    return os.pathsep.join([str(folder / ".venv" / "bin"), with_cli(os.environ)["PATH"]])
