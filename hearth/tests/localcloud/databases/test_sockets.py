"""How a container finds Cloud SQL's sockets on this machine."""

import stat
from pathlib import Path

import pytest

from hearth.localcloud.databases import sockets
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.store import Store

WEB = "demo-shop:europe-west1:web"
VOLUMES = [{"name": "sockets", "cloudSqlInstance": {"instances": [WEB]}}]
CONTAINER = {"volumeMounts": [{"name": "sockets", "mountPath": "/cloudsql"}]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state.db")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"postgresql://u:p@/d?host=/cloudsql/{WEB}", "postgresql://u:p@/d?host={folder}"),
        ("postgresql://u:p@/d?host=%2Fcloudsql%2Fdemo-shop%3Aeurope-west1%3Aweb", "postgresql://u:p@/d?host={encoded}"),
        (f"/cloudsql/{WEB}/.s.PGSQL.5432", "{folder}/.s.PGSQL.5432"),
        (f"/cloudsql/{WEB}-2", f"/cloudsql/{WEB}-2"),
        ("/cloudsql", "/cloudsql"),
        (WEB, WEB),
    ],
    ids=["url", "encoded-url", "socket", "another-server", "mount-alone", "name-alone"],
)
def test_a_servers_place_below_the_mount_becomes_its_folder_here(store: Store, text: str, expected: str) -> None:
    folder = sockets.have(store, WEB, None)

    replaced = sockets.replacing(store, CONTAINER, VOLUMES)(text)

    assert replaced == expected.format(folder=folder, encoded=str(folder).replace("/", "%2F"))
    sockets.remove_all(store)


def test_a_folder_is_private_short_enough_for_a_socket_and_goes_in_the_end(store: Store) -> None:
    folder = sockets.have(store, WEB, None)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(bytes(folder / ".s.PGSQL.5432")) < 107
    assert sockets.have(store, WEB, None) == folder
    sockets.remove_all(store)
    assert not folder.exists()


def test_a_server_that_does_not_run_is_named(store: Store) -> None:
    with pytest.raises(DatabaseError, match=f"server {WEB}, which does not run"):
        sockets.replacing(store, CONTAINER, VOLUMES)


def test_without_a_mount_every_text_stays(store: Store) -> None:
    assert sockets.replacing(store, {}, ())(f"/cloudsql/{WEB}") == f"/cloudsql/{WEB}"
