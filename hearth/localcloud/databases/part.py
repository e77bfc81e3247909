"""The part of the local cloud that runs database servers. It has no routes: what declares them is in `records`."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases.cloud_sql import CloudSql


class Databases:
    """Started before all that may connect to a database, and stopped after it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud_sql = CloudSql(cloud)

    def routes(self) -> Iterable[web.RouteDef]:
        return []

    async def start(self) -> None:
        await self.cloud_sql.start()

    async def stop(self) -> None:
        await self.cloud_sql.stop()
