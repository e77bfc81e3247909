"""A container of the trial, by an engine that is a script."""

import socket
import sys
from pathlib import Path

import pytest

from hearth.image.container import Container
from hearth.image.engines import Engine, Sandbox
from hearth.localcloud.run import ports

ENGINE = f"""#!/bin/sh
[ "$1" = rm ] && kill "$(cat "$0.pid")"
[ "$1" = run ] || exit 0
for word; do case $word in --env=PORT=*) port=${{word#--env=PORT=}} ;; esac; done
echo $$ >"$0.pid"
exec {sys.executable} -m http.server "$port" --bind 127.0.0.1
"""


def test_a_container_whose_port_was_taken_before_it_came_to_it_is_started_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "engine"
    script.write_text(ENGINE)
    script.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taker:
        drawn = [taker.getsockname()[1], free := ports.free()]
        monkeypatch.setattr(ports, "free", lambda: drawn.pop(0))

        with Container(Engine((str(script),)), "image", Sandbox(memory=1, name="trial")) as container:
            container.first("/", 200)

            assert container.port == free
