"""Accounts of a project's people. Errors are Identity Toolkit's own codes, which its clients tell people by."""

import hashlib
import hmac
import logging
import re
import secrets
import time

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import identity_config
from hearth.localcloud.store import Document, Store

log = logging.getLogger(__name__)

SHORTEST_PASSWORD = 6
CODE_SECONDS = 3600

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class Users:
    """By project and address; an address is the same in capitals."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sign_up(self, project: str, email: str, password: str) -> Document:
        """A new account. Raises ApiError."""
        config = self._config(project, "OPERATION_NOT_ALLOWED")
        if config.get("client", {}).get("permissions", {}).get("disabledUserSignup"):
            raise ApiError(400, "ADMIN_ONLY_OPERATION")
        if not _ADDRESS.fullmatch(email):
            raise ApiError(400, "INVALID_EMAIL" if email else "MISSING_EMAIL")
        _check_strength(password)
        if self._found(project, email):
            raise ApiError(400, "EMAIL_EXISTS")
        salt = secrets.token_bytes(16)
        user = {
            "localId": secrets.token_urlsafe(21),
            "email": email.lower(),
            "emailVerified": False,
            "_salt": salt.hex(),
            "_hash": _hash(password, salt),
        }
        self._put(project, user)
        return user

    def sign_in(self, project: str, email: str, password: str) -> Document:
        """The account of this address, if the password is its own. Raises ApiError."""
        self._config(project, "PASSWORD_LOGIN_DISABLED")
        user = self._found(project, email)
        # With protection against trying out addresses, which new projects have, neither case tells which it is.
        if user is None or not hmac.compare_digest(user["_hash"], _hash(password, bytes.fromhex(user["_salt"]))):
            raise ApiError(400, "INVALID_LOGIN_CREDENTIALS")
        return user

    def find(self, project: str, email: str, salt: str) -> Document:
        """The account of this address, whose password has not changed since. Raises ApiError."""
        user = self._found(project, email)
        if user is None:
            raise ApiError(400, "USER_NOT_FOUND")
        if user["_salt"] != salt:
            raise ApiError(400, "TOKEN_EXPIRED")
        return user

    def by_id(self, project: str, id: str) -> Document:
        """Raises ApiError."""
        found = next((user for _, user in self._store.children(f"{_of(project)}/users") if user["localId"] == id), None)
        if found is None:
            raise ApiError(400, "USER_NOT_FOUND")
        return found

    def mail_reset(self, project: str, email: str) -> None:
        """Write a code into the log, where Google would send a mail; nothing for an address without an account."""
        self._config(project, "OPERATION_NOT_ALLOWED")
        if not email:
            raise ApiError(400, "MISSING_EMAIL")
        user = self._found(project, email)
        if user is not None:
            code = secrets.token_urlsafe(16)
            self._store.put(_code(project, code), {"email": user["email"], "until": time.time() + CODE_SECONDS})
            log.info("mail to %s: to set a new password, send oobCode %s to accounts:resetPassword", email, code)

    def reset(self, project: str, code: str, password: str) -> str:
        """Set the password of whom the code was sent to; the address. A code is good once. Raises ApiError."""
        sent = self._store.get(_code(project, code))
        user = None if sent is None else self._found(project, sent["email"])
        if sent is None or user is None:
            raise ApiError(400, "INVALID_OOB_CODE")
        if sent["until"] < time.time():
            raise ApiError(400, "EXPIRED_OOB_CODE")
        _check_strength(password)
        salt = secrets.token_bytes(16)
        with self._store.transaction():
            self._store.delete(_code(project, code))
            self._put(project, user | {"_salt": salt.hex(), "_hash": _hash(password, salt), "emailVerified": True})
        return str(user["email"])

    def _config(self, project: str, otherwise: str) -> Document:
        config = identity_config.get_config(self._store, project)
        if config is None:
            raise ApiError(400, "CONFIGURATION_NOT_FOUND")
        if not config.get("signIn", {}).get("email", {}).get("enabled"):
            raise ApiError(400, otherwise)
        return config

    def _found(self, project: str, email: str) -> Document | None:
        return self._store.get(_user(project, email))

    def _put(self, project: str, user: Document) -> None:
        self._store.put(_user(project, user["email"]), user)


def _check_strength(password: str) -> None:
    if not password:
        raise ApiError(400, "MISSING_PASSWORD")
    if len(password) < SHORTEST_PASSWORD:
        raise ApiError(400, f"WEAK_PASSWORD : Password should be at least {SHORTEST_PASSWORD} characters")


def _hash(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=2**13, r=8, p=1).hex()


def _user(project: str, email: str) -> str:
    # A digest, as an address may hold what separates names.
    return f"{_of(project)}/users/{hashlib.sha256(email.lower().encode(errors='surrogatepass')).hexdigest()}"


def _code(project: str, code: str) -> str:
    return f"{_of(project)}/codes/{hashlib.sha256(code.encode(errors='surrogatepass')).hexdigest()}"


def _of(project: str) -> str:
    return f"{IDENTITY_TOOLKIT.prefix}/projects/{project}"
