"""Cloud Functions v1 and v2: there are none.

The Firebase CLI asks before every deployment, to learn whether a rewrite to a service means a function.
"""

from collections.abc import Iterable

from aiohttp import web

PREFIX = "cloudfunctions"


def routes() -> Iterable[web.RouteDef]:
    async def none(_request: web.Request) -> web.Response:
        return web.json_response({})

    return [web.get(f"/{PREFIX}/{{version:v1|v2}}/projects/{{project}}/locations/{{location}}/functions", none)]
