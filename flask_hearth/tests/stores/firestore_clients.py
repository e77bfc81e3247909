"""Browsers and phones that come to Firestore past the service."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import requests

from flask_hearth.stores.firestore import rules
from flask_hearth.testing.firestore_emulator import FirestoreEmulator

SECONDS = 60


def headers(user: Mapping[str, Any] | None) -> dict[str, str]:
    """Of a user's request. The emulator takes tokens that nobody signed."""
    if user is None:
        return {}
    parts = ({"alg": "none"}, {"iat": 0, "exp": 2**33, "firebase": {"sign_in_provider": "password"}, **user})
    words = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return {"Authorization": f"Bearer {'.'.join(words)}."}


class Clients:
    """Requests to the emulator, as browsers and phones make them."""

    def __init__(self, emulator: FirestoreEmulator, project: str) -> None:
        self._rules = f"http://{emulator.host}/emulator/v1/projects/{project}:securityRules"
        self.documents = f"http://{emulator.host}/v1/projects/{project}/databases/(default)/documents"

    def release(self, content: str) -> requests.Response:
        body = {"rules": {"files": [{"name": rules.FILE, "content": content}]}}
        return requests.put(self._rules, json=body, timeout=SECONDS)

    def call(self, method: str, path: str, user: Mapping[str, Any] | None, body: Any = None) -> int:
        url = f"{self.documents}{path}"
        return requests.request(method, url, headers=headers(user), json=body, timeout=SECONDS).status_code

    def query(self, user: Mapping[str, Any] | None, customer: str | None) -> int:
        """List documents: all, or a customer's."""
        value = {"field": {"fieldPath": "content.customer"}, "op": "EQUAL", "value": {"stringValue": customer}}
        query = {"from": [{"collectionId": "open_orders"}], **({"where": {"fieldFilter": value}} if customer else {})}
        return self.call("POST", ":runQuery", user, {"structuredQuery": query})
