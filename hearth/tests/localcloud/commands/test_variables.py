"""The environment that points Pulumi and Google's clients to the local cloud and nowhere else."""

import subprocess
from pathlib import Path

import pytest

from hearth.catalog.apis import APIS
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import env, ports, variables
from hearth.localcloud.commands.checkout import Checkout

PORTS = Ports(edge=5000, apis=4007, service=8080)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """One in a folder whose name a shell would take apart."""
    return Checkout(tmp_path / "it's $HOME; here")


def shell(lines: str, variable: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", f'{lines}\nprintf %s "${variable}"'],
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_every_api_is_pointed_to_the_local_cloud(checkout: Checkout) -> None:
    given = variables.engine_variables(checkout, PORTS)

    assert given.items() >= {
        (variable, f"http://127.0.0.1:4007/{api.prefix}/{api.version}/") for api in APIS for variable in api.variables
    }


def test_nothing_of_the_users_own_pulumi_is_left(checkout: Checkout) -> None:
    mine = {"PULUMI_ACCESS_TOKEN": "secret", "PULUMI_STACK": "prod", "PULUMI_BACKEND_URL": "gs://x", "HOME": "/me"}

    given = variables.environment(checkout, PORTS, {**mine, "PATH": "/usr/bin"})

    assert given["PULUMI_BACKEND_URL"].startswith(checkout.state.as_uri())
    assert not {"PULUMI_ACCESS_TOKEN", "PULUMI_STACK"} & given.keys()
    assert given["HOME"] == "/me"
    assert given["PATH"] == f"{checkout.programs}:/usr/bin"


@pytest.mark.parametrize(
    ("mine", "given"),
    [
        ({}, "localhost,127.0.0.1,::1"),
        ({"no_proxy": "a.example"}, "a.example,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "b.example"}, "b.example,localhost,127.0.0.1,::1"),
    ],
)
def test_no_proxy_stands_between_the_engine_and_its_plugins(
    checkout: Checkout, mine: dict[str, str], given: str
) -> None:
    """With `http_proxy` alone, their gRPC would go to the proxy, which can't reach this machine's loopback."""
    found = variables.environment(checkout, PORTS, {"http_proxy": "http://proxy.example:3128", **mine})

    assert (found["no_proxy"], found["NO_PROXY"]) == (given, given)
    assert found["http_proxy"] == "http://proxy.example:3128"


def test_a_companys_copies_of_plugins_are_still_looked_for(checkout: Checkout) -> None:
    """A missing plugin is downloaded, from where the user's shell says."""
    mirror = {"PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES": "^https://get=https://plugins.example"}

    given = variables.environment(checkout, PORTS, mirror)

    assert given.items() >= mirror.items()
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in given


def test_make_env_keeps_plain_pulumi_from_a_proxy_too_however_often_it_is_read(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "a.example,localhost,127.0.0.1,::1")
    env.run(checkout)

    lines = capsys.readouterr().out.splitlines()
    assert "export no_proxy=a.example,localhost,127.0.0.1,::1" in lines
    assert "export NO_PROXY=a.example,localhost,127.0.0.1,::1" in lines


def test_a_shell_reads_the_export_lines_as_they_are_meant(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    ports.remember(checkout.ports, PORTS)

    env.run(checkout)

    lines = capsys.readouterr().out
    assert shell(lines, "PULUMI_HOME") == str(checkout.pulumi_home)
    assert shell(lines, "PATH") == f"{checkout.programs}:/usr/bin"
    assert shell(lines, "GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT") == "http://127.0.0.1:4007/run/v2/"
    assert shell(lines, "FIREBASE_HOSTING_API_URL") == "http://127.0.0.1:4007/firebasehosting"
    assert all(line.startswith("export ") for line in lines.splitlines())


def test_export_lines_before_the_first_start_have_the_usual_ports(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    env.run(checkout)

    assert "http://127.0.0.1:4000/run/v2/" in capsys.readouterr().out
