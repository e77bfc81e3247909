"""What a browser calls to sign in and to stay so (Identity Toolkit v1, Token Service v1), and where services get the
public keys.

Firebase's web SDK calls an emulator, which this is to it, below the names of Google's hosts.
"""

import time
from collections.abc import Callable, Iterable

import jwt
from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud import bodies
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.identity.tokens import KEYS_SECONDS, LIFE_SECONDS, RENEWAL_API, Signer
from hearth.localcloud.identity.users import Users
from hearth.localcloud.records import api_keys
from hearth.localcloud.store import Document

KEYS_PATH = "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
"""As on www.googleapis.com; `jwks_uri` of the issuer's OpenID configuration."""

ACCOUNT_KEYS_PATH = "/oauth2/v3/certs"
"""The same of Google's accounts, which sign the tokens of calls."""

_METHOD = "v1/accounts:{method:[A-Za-z]+}"
_ACCOUNTS = (f"/{IDENTITY_TOOLKIT.prefix}/{_METHOD}", f"/{IDENTITY_TOOLKIT.name}/{_METHOD}")
_RENEWALS = f"/{RENEWAL_API}/v1/token"


class Identity:
    """The methods of accounts that a sign-in page and the SDK need; nothing runs beside its routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store
        self._users = Users(cloud.store)
        self._signer = Signer(cloud.store)
        self._methods: dict[str, Callable[[str, Document], Document]] = {
            "lookup": self._look_up,
            "resetPassword": self._reset,
            "sendOobCode": self._mail,
            "signInWithPassword": self._sign_in,
            "signUp": self._sign_up,
        }

    def routes(self) -> Iterable[web.RouteDef]:
        for path, handler in (*((path, self._call) for path in _ACCOUNTS), (_RENEWALS, self._renew)):
            yield web.post(path, _for_pages(handler))
            yield web.options(path, _for_pages(_preflight))
        yield web.get(KEYS_PATH, self._keys)
        yield web.get(ACCOUNT_KEYS_PATH, self._keys)

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def _call(self, request: web.Request) -> web.Response:
        method = self._methods.get(request.match_info["method"])
        if method is None:
            raise ApiError(404, f"The local cloud plays {', '.join(self._methods)} of accounts, and no other method.")
        project = api_keys.project(self._store, request.query.get("key", ""), IDENTITY_TOOLKIT.name)
        return web.json_response(method(project, await bodies.read(request)))

    async def _renew(self, request: web.Request) -> web.Response:
        """A new token for the same sign-in, by a form as OAuth has it (RFC 6749, section 6)."""
        project = api_keys.project(self._store, request.query.get("key", ""), RENEWAL_API)
        sent = await request.post()
        if sent.get("grant_type") != "refresh_token":
            raise ApiError(400, "INVALID_GRANT_TYPE")
        renewal = str(sent.get("refresh_token", ""))
        try:
            said = self._signer.renewed(project, renewal)
        except jwt.PyJWTError as error:
            raise ApiError(400, "INVALID_REFRESH_TOKEN") from error
        user = self._users.find(project, said["sub"], said["salt"])
        token = self._signer.token(project, user, said["iat"])
        return web.json_response(
            {
                "id_token": token,
                "access_token": token,
                "refresh_token": renewal,
                "expires_in": str(LIFE_SECONDS),
                "token_type": "Bearer",
                "user_id": user["localId"],
                "project_id": project,
            }
        )

    async def _keys(self, _request: web.Request) -> web.Response:
        headers = {"Cache-Control": f"public, max-age={KEYS_SECONDS}"}
        return web.json_response(self._signer.public(), headers=headers)

    def _sign_up(self, project: str, body: Document) -> Document:
        return self._signed_in(project, self._users.sign_up(project, *_credentials(body)))

    def _sign_in(self, project: str, body: Document) -> Document:
        return self._signed_in(project, self._users.sign_in(project, *_credentials(body))) | {"registered": True}

    def _signed_in(self, project: str, user: Document) -> Document:
        now = int(time.time())
        return {
            "idToken": self._signer.token(project, user, now),
            "refreshToken": self._signer.renewal(project, user, now),
            "email": user["email"],
            "expiresIn": str(LIFE_SECONDS),
            "localId": user["localId"],
        }

    def _look_up(self, project: str, body: Document) -> Document:
        try:
            user = self._users.by_id(project, self._signer.subject(project, bodies.text(body, "idToken")))
        except jwt.PyJWTError as error:
            raise ApiError(400, "INVALID_ID_TOKEN") from error
        return {"users": [{name: user[name] for name in ("localId", "email", "emailVerified")}]}

    def _mail(self, project: str, body: Document) -> Document:
        if bodies.text(body, "requestType") != "PASSWORD_RESET":
            raise ApiError(400, "INVALID_REQ_TYPE : the local cloud sends mail for PASSWORD_RESET only")
        email = bodies.text(body, "email")
        self._users.mail_reset(project, email)
        return {"email": email}

    def _reset(self, project: str, body: Document) -> Document:
        email = self._users.reset(project, bodies.text(body, "oobCode"), bodies.text(body, "newPassword"))
        return {"email": email, "requestType": "PASSWORD_RESET"}


def _credentials(body: Document) -> tuple[str, str]:
    return bodies.text(body, "email"), bodies.text(body, "password")


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(status=204)


def _for_pages(handler: Handler) -> Handler:
    """Let pages read the answer, errors too (CORS). Which pages may call at all is settled: this machine's."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except ApiError as error:
            response = error.response()
        response.headers.update(
            {
                "Access-Control-Allow-Origin": request.headers.get("Origin", "*"),
                "Access-Control-Allow-Methods": "POST",
                # The SDK sends some of its own.
                "Access-Control-Allow-Headers": "*",
                "Access-Control-Max-Age": "3600",
                "Vary": "Origin",
            }
        )
        return response

    return answered
