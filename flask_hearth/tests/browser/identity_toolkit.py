"""Identity Toolkit as far as the sign-in page and Firebase's web SDK call it, and the keys behind its tokens, on a free
port of loopback.

Not the local cloud's: the service and its tests do without that.
"""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt

from flask_hearth.tests.auth.token_issuer import SigningKey, claims, key_set
from flask_hearth.tests.loopback_server import LoopbackServer


class IdentityToolkit(LoopbackServer):
    """Knows the accounts that were made since it began."""

    def __init__(self) -> None:
        self.away = False
        self._key = SigningKey("browser")
        self._passwords: dict[str, str] = {}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, key_set(owner._key))

            def do_OPTIONS(self) -> None:
                self._answer(204, b"")

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if owner.away:
                    self.close_connection = True
                    return
                fault, answer = owner.call(self.path.partition("accounts:")[2].partition("?")[0], body)
                refusal = {"error": {"code": 400, "message": fault}}
                self._answer(400 if fault else 200, json.dumps(refusal if fault else answer).encode())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", "*")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)

    def call(self, method: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The code of a fault, or the answer."""
        if method == "lookup":
            user = jwt.decode(body["idToken"], options={"verify_signature": False})
            return "", {"users": [{"localId": user["sub"], "email": user["email"]}]}
        email, password = body["email"], body.get("password", "")
        if method == "sendOobCode":
            return "", {"email": email}
        if method == "signUp" and len(password) < 6:
            return "WEAK_PASSWORD : Password should be at least 6 characters", {}
        if method == "signUp":
            self._passwords[email] = password
        if self._passwords.get(email) != password:
            return "INVALID_LOGIN_CREDENTIALS", {}
        return "", {"idToken": self.token(email), "refreshToken": "a refresh token", "expiresIn": "3600"}

    def token(self, email: str) -> str:
        """Of the user whose id is the address without its host."""
        user = email.partition("@")[0]
        return self._key.sign(claims(email=email, sub=user, user_id=user))
