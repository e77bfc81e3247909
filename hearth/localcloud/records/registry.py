"""Artifact Registry v1: repositories, and the names of the images in them.

It holds names only: which digest a tag points at. What an image contains is the builds' business, and no registry
protocol is spoken: instead, the record of an image can be copied to another repository. Cleanup policies are kept, not
carried out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from hearth.catalog.apis import ARTIFACT_REGISTRY
from hearth.facts import images
from hearth.localcloud import bodies, times
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_PREFIX = ARTIFACT_REGISTRY.prefix
_LOCATION = "projects/{project}/locations/{location}"
_REFERENCE = re.compile(
    r"(?P<region>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[a-z0-9-]+)/(?P<repository>[a-z0-9-]+)/(?P<package>[^:@]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w.-]+))"
)
_FORMATS = frozenset({"DOCKER", "MAVEN", "NPM", "PYTHON", "APT", "YUM", "GO", "KFP", "GENERIC"})
_TYPE = "type.googleapis.com/google.devtools.artifactregistry.v1"


def put_image(store: Store, repository: str, package: str, digest: str, tags: Iterable[str]) -> None:
    """Record a pushed image and point `tags` at it.

    `repository` is a relative resource name, `digest` is `sha256:HEX`. Pushing what is there already is no error.
    Raises ApiError: 404 without such a repository, 400 where it forbids to move a tag that points elsewhere.
    """
    home = collections.get_document(store, ARTIFACT_REGISTRY, repository)
    base = f"{repository}/packages/{quote(package, safe='')}"
    version, now = f"{base}/versions/{digest}", times.now()
    pointing = {f"{base}/tags/{tag}": {"name": f"{base}/tags/{tag}", "version": version} for tag in tags}
    if home.get("dockerConfig", {}).get("immutableTags"):
        for name, wanted in pointing.items():
            if (store.get(f"{_PREFIX}/{name}") or wanted) != wanted:
                raise ApiError(400, f"{name} is immutable: repository '{repository}' has immutable tags.")
    with store.transaction():
        for name in (base, version):
            created = (store.get(f"{_PREFIX}/{name}") or {}).get("createTime", now)
            store.put(f"{_PREFIX}/{name}", {"name": name, "createTime": created, "updateTime": now})
        for name, tag in pointing.items():
            store.put(f"{_PREFIX}/{name}", tag)


def resolve(store: Store, reference: str) -> str | None:
    """The digest (`sha256:HEX`) that `REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:..` or `..:TAG` means.

    None when there is no such image here, or the reference is none of Artifact Registry's.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    package = quote(match["package"], safe="")
    base = f"{_PREFIX}/projects/{match['project']}/locations/{match['region']}/repositories/{match['repository']}"
    if match["digest"]:
        version = store.get(f"{base}/packages/{package}/versions/{match['digest']}")
        return None if version is None else match["digest"]
    tag = store.get(f"{base}/packages/{package}/tags/{match['tag']}")
    return None if tag is None else str(tag["version"].rpartition("/")[2])


def routes(store: Store, *, records_only: bool = False) -> Iterable[web.RouteDef]:
    """`records_only` takes the word of a copy for it that its source exists."""

    async def copy_record(request: web.Request) -> web.Response:
        body = await bodies.read(request)
        source, tag = body.get("source"), body.get("tag")
        match = images.BY_DIGEST.fullmatch(source) if isinstance(source, str) else None
        if match is None or not isinstance(tag, str):
            raise ApiError(400, "Expected `source`, an image by digest, and `tag`.")
        where = request.match_info
        repository = _REPOSITORIES.format(**where) + f"/{where['repository']}"
        version = f"{_PREFIX}/{repository}/packages/{where['package']}/versions/{match['digest']}"
        if not records_only and resolve(store, match[0]) is None and store.get(version) is None:
            raise ApiError(404, f"Image '{source}' is not in the registry: its repository, or the image, was deleted.")
        put_image(store, repository, unquote(where["package"]), match["digest"], [tag])
        return web.json_response({})

    yield web.post(f"/{_PREFIX}/{ARTIFACT_REGISTRY.version}/{_PACKAGES}/{{package}}/versions:copyRecord", copy_record)
    for row in _COLLECTIONS:
        yield from collections.routes(store, row)


def _repository(name: str, body: Mapping[str, Any]) -> Document:
    if body.get("format") not in _FORMATS:
        raise ApiError(
            400, f"repository.format must be one of {', '.join(sorted(_FORMATS))}, not '{body.get('format')}'."
        )
    now = times.now()
    _, project, _, location, _, repository = name.split("/")
    return {
        "mode": "STANDARD_REPOSITORY",
        **body,
        "name": name,
        "registryUri": f"{location}-docker.pkg.dev/{project}/{repository}",
        "createTime": now,
        "updateTime": now,
    }


def _updated(repository: Document) -> Document:
    return repository | {"updateTime": times.now()}


def _untagged(store: Store, name: str, query: Mapping[str, str]) -> None:
    package = name.partition("/versions/")[0]
    tags = [key for key, tag in store.children(f"{_PREFIX}/{package}/tags") if tag["version"] == name]
    if tags and query.get("force") != "true":
        raise ApiError(
            400,
            f"Version '{name}' is still tagged by {', '.join(tag.rpartition('/')[2] for tag in tags)}: delete the tags "
            "first, or pass force=true.",
            "FAILED_PRECONDITION",
        )
    for tag in tags:
        store.delete(tag)


_REPOSITORIES = f"{_LOCATION}/repositories"
_PACKAGES = f"{_REPOSITORIES}/{{repository}}/packages"
_COLLECTIONS: Sequence[Collection] = (
    Collection(
        api=ARTIFACT_REGISTRY,
        parent=_LOCATION,
        plural="repositories",
        made=_repository,
        # "Create standard repositories": at most 63 characters.
        id_rule=re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"),
        id_says=(
            "it must have 1 to 63 lower-case letters, digits and hyphens, begin with a letter and not end with a "
            "hyphen."
        ),
        id_parameter="repositoryId",
        mutable=frozenset(
            {
                "description",
                "labels",
                "cleanupPolicies",
                "cleanupPolicyDryRun",
                "dockerConfig",
                "vulnerabilityScanningConfig",
            }
        ),
        fixed=frozenset(
            {"format", "mode", "kmsKeyName", "mavenConfig", "remoteRepositoryConfig", "virtualRepositoryConfig"}
        ),
        patched=_updated,
        deletable=collections.always_deletable,
        operation=f"{_TYPE}.OperationMetadata",
        resource_type=f"{_TYPE}.Repository",
    ),
    Collection(
        api=ARTIFACT_REGISTRY,
        parent=f"{_REPOSITORIES}/{{repository}}",
        plural="packages",
        parent_kept=True,
        deletable=collections.always_deletable,
        operation=f"{_TYPE}.OperationMetadata",
    ),
    Collection(
        api=ARTIFACT_REGISTRY,
        parent=f"{_PACKAGES}/{{package}}",
        plural="versions",
        parent_kept=True,
        # The ids are digests.
        id_in_path="[^/]+",
        deletable=_untagged,
        operation=f"{_TYPE}.OperationMetadata",
    ),
    Collection(
        api=ARTIFACT_REGISTRY,
        parent=f"{_PACKAGES}/{{package}}",
        plural="tags",
        parent_kept=True,
        deletable=collections.always_deletable,
    ),
)
