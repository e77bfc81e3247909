"""A bound on how often one client may change something: requests with an unsafe method, whatever comes of them.

The client is the user who is signed in, else where the request comes from (`flask_hearth.client`). Addresses can be
made up in calls to the service's own address, so there is a second bound for strangers, SHARED times the first, on the
last address alone, which can't. The edge of Hosting calls from a handful of addresses, which is why that one is so much
wider. Nobody should use it up for all the others behind the edge: users, who can't be made up, take nothing from it,
and no request does that was refused, whatever for, as those cost a client nothing to send.

The bounds are of one process: with N instances a client may get N times as much. That stops who floods, not who
counts; a bound on the whole service would ask a database at every write.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

from typing import Final

from flask import Flask, Response, g, request

from flask_hearth import client, identity, problems, state
from flask_hearth.errors import Problem
from flask_hearth.headers import FIRST_ERROR
from flask_hearth.quota import Quota, QuotaResult

WINDOW: Final = 60
"""Seconds."""

SHARED: Final = 20
"""How many clients may write at full speed through one address of Hosting's edge."""

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

POLICY: Final = "writes"


def init_app(app: Flask) -> None:
    """Refuse with 429 what goes beyond HEARTH_WRITES_PER_MINUTE; 0 refuses nothing. After what tells who asks.

    HEARTH_TRUSTED_HOPS is the number of proxies in front that tell whom they met.
    """
    per_minute: int = app.config.setdefault("HEARTH_WRITES_PER_MINUTE", 0)
    trusted_hops: int = app.config.setdefault("HEARTH_TRUSTED_HOPS", 0)
    if not per_minute:
        return
    each = Quota(per_minute, WINDOW)
    shared = Quota(per_minute * SHARED, WINDOW)
    uncounted = state.for_app(app).uncounted

    def check() -> None:
        if request.method not in UNSAFE or request.endpoint in uncounted:
            return
        g.taken = _take(each, shared, client.hops(request, trusted_hops))
        if not g.taken.allowed:
            raise Problem(
                problems.TOO_MANY_CHANGES,
                f"More than {per_minute} changes in a minute. Wait {g.taken.free_in} s, then send this one again.",
                headers={"Retry-After": str(g.taken.free_in)},
            )

    def tell(response: Response) -> Response:
        if response.status_code >= FIRST_ERROR and "shared_by" in g:
            shared.give_back(g.pop("shared_by"))
        taken: QuotaResult | None = g.get("taken")
        if taken is not None:
            response.headers["RateLimit-Policy"] = f'"{POLICY}";q={per_minute};w={WINDOW}'
            response.headers["RateLimit"] = f'"{POLICY}";r={min(taken.left, per_minute)};t={taken.reset_in}'
        return response

    app.before_request(check)
    app.after_request(tell)


def _take(each: Quota, shared: Quota, hops: tuple[str, ...]) -> QuotaResult:
    """A place of the client's own, and for a stranger one of those that all share who come by the same last address."""
    user = identity.current()
    # The client's own first: who is refused there takes nothing from those who share an address with it.
    taken = each.take(hops if user is None else user.id)
    if user is not None or not taken.allowed:
        return taken
    last = shared.take(hops[-1])
    if not last.allowed:
        return last
    g.shared_by = hops[-1]
    return taken
