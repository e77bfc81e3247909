"""Custom domains of sites (`projects.sites.customDomains` of the Hosting API), as records.

There is no DNS here to prove anything with: a domain counts as owned and hosted at once, and the edge does not serve
under its name. What is left out: certificates and undelete.
"""

import re
import uuid
from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import operations
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.hosting.names import PREFIX, SiteName, addressed_site, entity_not_found, on_sites
from hearth.localcloud.hosting.payload import page, read_object, update_mask
from hearth.localcloud.store import Document
from hearth.localcloud.times import now

_WRITABLE = ("annotations", "certPreference", "labels", "redirectTarget")
_COMPUTED = ("name", "createTime", "updateTime", "deleteTime", "expireTime", "etag", "hostState", "ownershipState")
_MORE_COMPUTED = ("reconciling", "requiredDnsUpdates", "cert", "issues")
_FIELDS = frozenset((*_WRITABLE, *_COMPUTED, *_MORE_COMPUTED))
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_TYPES = "type.googleapis.com/google.firebase.hosting.v1beta1"
_ID = "/customDomains/{domain:[^{}/:]+}"


class DomainRoutes:
    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store

    def routes(self) -> Iterable[web.RouteDef]:
        yield from on_sites("POST", "/customDomains", self._create)
        yield from on_sites("GET", "/customDomains", self._list)
        yield from on_sites("GET", _ID, self._get)
        yield from on_sites("PATCH", _ID, self._patch)
        yield from on_sites("DELETE", _ID, self._delete)

    async def _create(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        domain = request.query.get("customDomainId", "")
        given = await read_object(request, _FIELDS)
        if not _DOMAIN.fullmatch(domain):
            raise ApiError(400, f"Invalid customDomainId '{domain}': a domain such as www.example.com was expected.")
        if self._store.get(site.below("customDomains", domain)) is not None:
            raise exists(site.label("customDomains", domain))
        body = {
            "name": site.label("customDomains", domain),
            "createTime": now(),
            "hostState": "HOST_ACTIVE",
            "ownershipState": "OWNERSHIP_ACTIVE",
            **{field: given[field] for field in _WRITABLE if field in given},
        }
        self._put(site, domain, body)
        return self._operation(site, domain, self._find(site, domain))

    async def _list(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        domains = [body for _, body in self._store.children(site.below("customDomains"))]
        return page(request, domains, "customDomains", default=10, most=100)

    async def _get(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        return web.json_response(self._find(site, request.match_info["domain"]))

    async def _patch(self, request: web.Request) -> web.Response:
        site, domain = addressed_site(self._store, request.match_info), request.match_info["domain"]
        body = self._find(site, domain)
        given = await read_object(request, _FIELDS)
        for field in update_mask(request, _WRITABLE, [field for field in _WRITABLE if field in given]):
            body.pop(field, None)
            if field in given:
                body[field] = given[field]
        self._put(site, domain, body)
        return self._operation(site, domain, body)

    async def _delete(self, request: web.Request) -> web.Response:
        site, domain = addressed_site(self._store, request.match_info), request.match_info["domain"]
        body = self._find(site, domain)
        self._store.delete(site.below("customDomains", domain))
        return self._operation(site, domain, body | {"deleteTime": now()})

    def _find(self, site: SiteName, domain: str) -> Document:
        body = self._store.get(site.below("customDomains", domain))
        if body is None:
            raise entity_not_found(site.label("customDomains", domain))
        return body

    def _put(self, site: SiteName, domain: str, body: Document) -> None:
        body |= {"updateTime": now(), "etag": uuid.uuid4().hex}
        self._store.put(site.below("customDomains", domain), body)

    def _operation(self, site: SiteName, domain: str, response: Document) -> web.Response:
        parent = site.label("customDomains", domain)
        metadata = {"@type": f"{_TYPES}.CustomDomainMetadata"}
        answer = {"@type": f"{_TYPES}.CustomDomain"} | response
        return web.json_response(operations.completed(self._store, PREFIX, parent, metadata, answer))
