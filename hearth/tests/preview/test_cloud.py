"""The throwaway local cloud of a preview."""

import os
import sys
from pathlib import Path

import pytest
import requests

from hearth import project
from hearth.preview import cloud
from hearth.preview.errors import PreviewError

ROOT = project.root()


def test_two_previews_at_a_time_have_a_cloud_each_on_the_port_that_it_says(tmp_path: Path) -> None:
    python = Path(sys.executable)

    with (
        cloud.running(ROOT, python, tmp_path / "one", os.environ) as one,
        cloud.running(ROOT, python, tmp_path / "other", os.environ) as other,
    ):
        roots = [
            requests.get(f"http://127.0.0.1:{ports().apis}/_local/health", timeout=60).json()["root"]
            for ports in (one, other)
        ]

    assert roots == [str(tmp_path / "one"), str(tmp_path / "other")]


def test_a_cloud_that_does_not_start_is_told_with_what_it_said(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no module >&2\nexit 1\n")
    program.chmod(0o755)

    with (
        pytest.raises(PreviewError, match="did not start:\nno module"),
        cloud.running(ROOT, program, tmp_path / "c", {}) as ports,
    ):
        ports()
