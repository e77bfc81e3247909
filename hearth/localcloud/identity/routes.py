"""What a browser calls to sign in (Identity Toolkit v1), and where services get the public keys."""

from collections.abc import Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud import bodies
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.identity.tokens import KEYS_SECONDS, LIFE_SECONDS, Signer
from hearth.localcloud.identity.users import Users
from hearth.localcloud.records import api_keys
from hearth.localcloud.store import Document

KEYS_PATH = "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
"""As on www.googleapis.com; `jwks_uri` of the issuer's OpenID configuration."""

ACCOUNT_KEYS_PATH = "/oauth2/v3/certs"
"""The same of Google's accounts, which sign the tokens of calls."""

_ACCOUNTS = f"/{IDENTITY_TOOLKIT.prefix}/v1/accounts:{{method:[A-Za-z]+}}"


class Identity:
    """The methods of accounts that a sign-in page needs; nothing runs beside its routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store
        self._users = Users(cloud.store)
        self._signer = Signer(cloud.store)
        self._methods: dict[str, Callable[[str, Document], Document]] = {
            "resetPassword": self._reset,
            "sendOobCode": self._mail,
            "signInWithPassword": self._sign_in,
            "signUp": self._sign_up,
        }

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.post(_ACCOUNTS, _for_pages(self._call))
        yield web.options(_ACCOUNTS, _for_pages(_preflight))
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
        project = api_keys.project(self._store, request.query.get("key", ""), IDENTITY_TOOLKIT)
        return web.json_response(method(project, await bodies.read(request)))

    async def _keys(self, _request: web.Request) -> web.Response:
        headers = {"Cache-Control": f"public, max-age={KEYS_SECONDS}"}
        return web.json_response(self._signer.public(), headers=headers)

    def _sign_up(self, project: str, body: Document) -> Document:
        return self._signed_in(project, self._users.sign_up(project, *_credentials(body)))

    def _sign_in(self, project: str, body: Document) -> Document:
        return self._signed_in(project, self._users.sign_in(project, *_credentials(body))) | {"registered": True}

    def _signed_in(self, project: str, user: Document) -> Document:
        return {
            "idToken": self._signer.token(project, user),
            "email": user["email"],
            "expiresIn": str(LIFE_SECONDS),
            "localId": user["localId"],
        }

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
                "Access-Control-Allow-Headers": "Content-Type",
                "Access-Control-Max-Age": "3600",
                "Vary": "Origin",
            }
        )
        return response

    return answered
