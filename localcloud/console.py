"""What runs where, for people (`/`) and for commands (`/_local/status`)."""

from collections.abc import Iterable

from aiohttp import web

from localcloud.cloud import Cloud


def routes(cloud: Cloud) -> Iterable[web.RouteDef]:
    return []
