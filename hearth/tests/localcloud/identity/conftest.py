"""A local cloud of records and sign-in, with a project whose people sign in by password."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog.apis import API_KEYS, IDENTITY_TOOLKIT
from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.identity import Identity
from hearth.localcloud.records import Records
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_thread

CONFIG = f"projects/{PROJECT}/config"
KEYS = f"projects/{PROJECT}/locations/global/keys"


def parts(cloud: Cloud) -> Sequence[Part]:
    return [Records(cloud), Identity(cloud)]


@dataclass
class People:
    """Calls of a sign-in page."""

    local: LocalCloud
    key: str

    def call(self, method: str, status: int = 200, key: str | None = None, **body: Any) -> Any:
        """The answer, or the code of the error."""
        url = f"{self.local.origin}/identitytoolkit/v1/accounts:{method}"
        answer = self.local.session.post(url, params={"key": self.key if key is None else key}, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.ok else answer.json()["error"]["message"]

    def configure(self, **change: Any) -> None:
        self.local.call("PATCH", IDENTITY_TOOLKIT, f"{CONFIG}?updateMask={','.join(change)}", change)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "cloud", compose=parts) as cloud:
        cloud.enable()
        yield cloud


@pytest.fixture
def people(local: LocalCloud) -> People:
    local.call("POST", IDENTITY_TOOLKIT, f"projects/{PROJECT}/identityPlatform:initializeAuth", {})
    local.call("POST", API_KEYS, f"{KEYS}?keyId=web", {"displayName": "Web"})
    found = People(local, local.call("GET", API_KEYS, f"{KEYS}/web/keyString")["keyString"])
    found.configure(signIn={"email": {"enabled": True, "passwordRequired": True}})
    return found
