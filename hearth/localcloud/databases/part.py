"""The part of the local cloud that runs database servers. It has no routes: what declares them is in `records`.

It starts first, and so also ends whatever a killed local cloud left running.
"""

import asyncio
from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases.cloud_sql import CloudSql
from hearth.localcloud.databases.firestore import Firestore
from hearth.localcloud.run import processes


class Databases:
    """Started before all that may connect to a database, and stopped after it."""

    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store
        self.cloud_sql = CloudSql(cloud)
        self.firestore = Firestore(cloud)

    def routes(self) -> Iterable[web.RouteDef]:
        return []

    async def start(self) -> None:
        await self.firestore.rescue()
        await processes.end_orphans(self._store)
        await asyncio.gather(self.cloud_sql.start(), self.firestore.start())

    async def stop(self) -> None:
        await asyncio.gather(self.cloud_sql.stop(), self.firestore.stop())
