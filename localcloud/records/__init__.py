"""The APIs that only keep records: what a project has, who may do what, secrets, content, image names."""

import os
from collections.abc import Iterable
from itertools import chain

from aiohttp import web

from localcloud.cloud import Cloud
from localcloud.records import policies, projects, registry, services

# How often an API still says that it is disabled after it was enabled, to see clients wait as they must on Google.
API_LAG_VARIABLE = "LOCALCLOUD_API_LAG"


class Records:
    """Nothing runs beside its routes."""

    def __init__(self, cloud: Cloud, api_lag: int | None = None) -> None:
        self._store = cloud.store
        self._api_lag = int(os.environ.get(API_LAG_VARIABLE) or 0) if api_lag is None else api_lag

    def routes(self) -> Iterable[web.RouteDef]:
        return chain(
            services.routes(self._store, lag=self._api_lag),
            projects.routes(self._store),
            policies.routes(self._store),
            registry.routes(self._store),
        )

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None
