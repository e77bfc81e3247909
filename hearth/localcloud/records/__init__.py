"""The APIs that only keep records: what a project has, who may do what, secrets, content, image names."""

import os
from collections.abc import Iterable, Mapping
from itertools import chain

from aiohttp import web

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.records import (
    accounts,
    api_keys,
    blobs,
    buckets,
    cloud_sql,
    firebase,
    firestore,
    functions,
    identity_config,
    log_entries,
    policies,
    projects,
    registry,
    secrets,
    services,
    workload_identity,
)
from hearth.localcloud.records.objects import Objects

# How often an API still says that it is disabled after it was enabled, to see clients wait as they must on Google.
API_LAG_VARIABLE = "LOCALCLOUD_API_LAG"
# How often a new grant is not seen yet when it is looked for.
GRANT_LAG_VARIABLE = "LOCALCLOUD_GRANT_LAG"


class Records:
    """Nothing runs beside its routes."""

    def __init__(
        self,
        cloud: Cloud,
        api_lag: int | None = None,
        sql_servers: cloud_sql.Servers | None = None,
        firestore_server: firestore.Server | None = None,
    ) -> None:
        self._cloud = cloud
        self._sql_servers = sql_servers
        self._firestore_server = firestore_server
        self._api_lag = _lag(os.environ, API_LAG_VARIABLE) if api_lag is None else api_lag
        self._grant_lag = _lag(os.environ, GRANT_LAG_VARIABLE)

    def routes(self) -> Iterable[web.RouteDef]:
        store = self._cloud.store
        return chain(
            services.routes(store, lag=self._api_lag),
            projects.routes(store),
            policies.routes(store, lag=self._grant_lag),
            accounts.routes(store),
            api_keys.routes(store),
            identity_config.routes(store),
            workload_identity.routes(store),
            secrets.routes(store),
            buckets.routes(store),
            Objects(self._cloud).routes(),
            registry.routes(store, records_only=self._cloud.records_only),
            firebase.routes(store),
            firestore.routes(store, self._firestore_server),
            functions.routes(),
            cloud_sql.routes(store, self._sql_servers),
            log_entries.routes(self._cloud),
        )

    async def start(self) -> None:
        blobs.clear_partial(self._cloud.blobs)

    async def stop(self) -> None:
        return None


def _lag(environ: Mapping[str, str], variable: str) -> int:
    text = environ.get(variable) or "0"
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{variable}={text} is not a number of calls. Set it to a whole number, or unset it.")
    return int(text)
