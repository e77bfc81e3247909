"""ID tokens in Firebase's form and in that of Google's accounts, and the key behind them.

The key is made on first use and kept with everything else.
"""

import hashlib
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud.store import Document, Store

LIFE_SECONDS = 3600
KEYS_SECONDS = 3600
"""For which clients may keep the public keys; Google says about six hours."""

_ISSUER = "https://securetoken.google.com"
RENEWAL_API = "securetoken.googleapis.com"
_KEY = f"{IDENTITY_TOOLKIT.prefix}/signing-key"


class Signer:
    """Signs for all projects of this cloud, as Google does for all of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def token(self, project: str, user: Document, signed_in: int) -> str:
        """For a user who gave the password at that time, in seconds since 1970."""
        key, kid = self._key()
        now = int(time.time())
        claims = {
            "iss": f"{_ISSUER}/{project}",
            "aud": project,
            "auth_time": signed_in,
            "user_id": user["localId"],
            "sub": user["localId"],
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "email": user["email"],
            "email_verified": user["emailVerified"],
            "firebase": {"identities": {"email": [user["email"]]}, "sign_in_provider": "password"},
        }
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def subject(self, project: str, token: str) -> str:
        """The id of the user whom a token of `token` names. Raises jwt.PyJWTError."""
        return str(self._read(token, f"{_ISSUER}/{project}", project)["sub"])

    def renewal(self, project: str, user: Document, signed_in: int) -> str:
        """With which that user gets new tokens of that sign-in, for as long as the password stays the same."""
        key, kid = self._key()
        claims = {"aud": RENEWAL_API, "iss": project, "sub": user["email"], "salt": user["_salt"], "iat": signed_in}
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def renewed(self, project: str, token: str) -> Document:
        """What a token of `renewal` says: `sub`, the address, `salt`, and `iat`. Raises jwt.PyJWTError."""
        return self._read(token, project, RENEWAL_API)

    def account_token(self, email: str, audience: str) -> str:
        """For a service account, as Google's accounts make one for calls (Google Identity, "OpenID Connect")."""
        key, kid = self._key()
        now = int(time.time())
        unique = str(int(hashlib.sha256(email.encode()).hexdigest(), 16))[:21]
        claims = {
            "iss": "https://accounts.google.com",
            "aud": audience,
            "azp": unique,
            "sub": unique,
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + LIFE_SECONDS,
        }
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def public(self) -> dict[str, Any]:
        """A JWK Set (RFC 7517)."""
        key, kid = self._key()
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": kid, "alg": "RS256", "use": "sig"}]}

    def _read(self, token: str, issuer: str, audience: str) -> Document:
        key, _ = self._key()
        read: Document = jwt.decode(token, key.public_key(), algorithms=["RS256"], issuer=issuer, audience=audience)
        return read

    def _key(self) -> tuple[rsa.RSAPrivateKey, str]:
        kept = self._store.get(_KEY)
        if kept is None:
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            kept = {"pem": pem}
            self._store.put(_KEY, kept)
        key = load_pem_private_key(kept["pem"].encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - what was put there
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return key, hashlib.sha256(public).hexdigest()[:40]
