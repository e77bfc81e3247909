"""Cloud Storage's JSON API: objects, uploaded by the simple and the multipart way.

Content lies in the cloud's `blobs`, once however often it is uploaded, and stays there when its object goes: other
objects and Hosting's files may be the same bytes. A list of all versions is that of the current ones, because no
bucket keeps others. Left out, and refused: resumable uploads, generations other than the current one, and
preconditions other than `ifGenerationMatch`.
"""

import mimetypes
import time
from collections.abc import AsyncIterator, Iterable
from urllib.parse import quote

from aiohttp import BodyPartReader, MultipartReader, web

from hearth.catalog.apis import STORAGE, upload_base
from hearth.localcloud import bodies, pages, times
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import buckets
from hearth.localcloud.records.blobs import Content, Incoming
from hearth.localcloud.store import Document, public

_CHUNK_BYTES = 256 * 1024
_MOST_BYTES = 1024**3
_MOST_NAME_BYTES = 1024
_REFUSED = frozenset(
    {
        "ifGenerationNotMatch",
        "ifMetagenerationMatch",
        "ifMetagenerationNotMatch",
        "startOffset",
        "endOffset",
        "matchGlob",
    }
)


class Objects:
    """Their routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = cloud.store

    def routes(self) -> Iterable[web.RouteDef]:
        every = "b/{bucket}/o"
        one = f"{every}/{{object:.+}}"
        return [
            # gcloud looks for uploads at the host's root, Google's libraries for downloads beside uploads.
            web.post(f"{upload_base(f'{buckets.BASE}/')}{every}", self._upload),
            web.post(f"/upload/{STORAGE.version}/{every}", self._upload),
            web.get(f"/{STORAGE.prefix}/download/{STORAGE.version}/{one}", self._get),
            web.get(f"{buckets.BASE}/{every}", self._list),
            web.get(f"{buckets.BASE}/{one}", self._get),
            web.delete(f"{buckets.BASE}/{one}", self._delete),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        bucket = request.match_info["bucket"]
        buckets.get_bucket(self._store, bucket)
        _refuse_unknown(request)
        kind = request.query.get("uploadType")
        if kind == "media":
            given: Document = {"contentType": request.content_type}
            content = await self._kept(request.content.iter_chunked(_CHUNK_BYTES))
        elif kind == "multipart":
            given, content = await self._multipart(request)
        else:
            raise ApiError(
                501, f"uploadType '{kind}' is not played by the local cloud: use media or multipart, at most 1 GiB."
            )
        name = _checked_name(request.query.get("name") or given.get("name"))
        # Looked at after the content came, so that of two uploads at once only one finds nothing there.
        self._check_generation(request, bucket, name)
        return web.json_response(self._shown(request, self._put(bucket, name, given, content)))

    def _put(self, bucket: str, name: str, given: Document, content: Content) -> Document:
        key = f"{STORAGE.prefix}/b/{bucket}/o/{name}"
        # Microseconds, as Google's are; never the same one twice.
        generation = max(time.time_ns() // 1000, int((self._store.get(key) or {}).get("generation", 0)) + 1)
        now = times.now()
        body = {
            "contentType": mimetypes.guess_type(name)[0] or "application/octet-stream",
            **{field: given[field] for field in ("contentType", "contentEncoding", "cacheControl", "metadata")
               if given.get(field)},
            "kind": "storage#object",
            "id": f"{bucket}/{name}/{generation}",
            "name": name,
            "bucket": bucket,
            "generation": str(generation),
            "metageneration": "1",
            "storageClass": "STANDARD",
            "size": str(content.size),
            "md5Hash": content.md5,
            "timeCreated": now,
            "updated": now,
            "_sha256": content.sha256,
        }  # fmt: skip
        self._store.put(key, body)
        return body

    async def _get(self, request: web.Request) -> web.StreamResponse:
        _refuse_unknown(request)
        body = self._found(request)
        if request.query.get("alt") != "media":
            return web.json_response(self._shown(request, body))
        # The type is set here, or it would be guessed from the blob's name.
        headers = {"Content-Type": body["contentType"], "X-Goog-Generation": body["generation"]}
        return web.FileResponse(self._cloud.blobs / body["_sha256"], headers=headers, chunk_size=_CHUNK_BYTES)

    async def _list(self, request: web.Request) -> web.Response:
        bucket, prefix = request.match_info["bucket"], request.query.get("prefix", "")
        buckets.get_bucket(self._store, bucket)
        _refuse_unknown(request)
        delimiter = request.query.get("delimiter", "")
        items: list[Document] = []
        folders: set[str] = set()
        for _, body in self._store.below(f"{STORAGE.prefix}/b/{bucket}/o"):
            rest = body["name"].removeprefix(prefix)
            if not body["name"].startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest[: rest.index(delimiter) + len(delimiter)])
            else:
                items.append(self._shown(request, body))
        more: Document = {"kind": "storage#objects"} | ({"prefixes": sorted(folders)} if folders else {})
        return pages.list_response(request, "items", items, size="maxResults", default=1000, most=1000, **more)

    async def _delete(self, request: web.Request) -> web.Response:
        _refuse_unknown(request)
        body = self._found(request)
        self._check_generation(request, body["bucket"], body["name"])
        self._store.delete(f"{STORAGE.prefix}/b/{body['bucket']}/o/{body['name']}")
        return web.Response(status=204)

    async def _multipart(self, request: web.Request) -> tuple[Document, Content]:
        if request.content_type != "multipart/related":
            raise ApiError(400, f"A multipart upload must be multipart/related, not {request.content_type}.")
        try:
            # gcloud quotes the boundary as only Google reads it.
            reader = MultipartReader(
                {"Content-Type": request.headers["Content-Type"].replace("'", '"')}, request.content
            )
            first = await reader.next()
            metadata = bodies.parse(await first.read(decode=True)) if isinstance(first, BodyPartReader) else None
            second = await reader.next()
        except ValueError as error:
            raise ApiError(400, f"Malformed multipart body: {error}") from error
        if not isinstance(metadata, dict) or not isinstance(second, BodyPartReader):
            raise ApiError(
                400, "Malformed multipart body: it must have two parts, the metadata as a JSON object and the content."
            )
        given = {"contentType": second.headers.get("Content-Type")} | metadata
        return given, await self._kept(_chunks(second))

    async def _kept(self, chunks: AsyncIterator[bytes]) -> Content:
        with Incoming(self._cloud.blobs) as incoming:
            async for chunk in chunks:
                incoming.write(chunk)
                if incoming.size > _MOST_BYTES:
                    raise ApiError(413, f"The object is larger than {_MOST_BYTES} bytes, the local cloud's limit.")
            return incoming.keep()

    def _found(self, request: web.Request) -> Document:
        bucket, name = request.match_info["bucket"], request.match_info["object"]
        buckets.get_bucket(self._store, bucket)
        body = self._store.get(f"{STORAGE.prefix}/b/{bucket}/o/{name}")
        if body is None or request.query.get("generation", body["generation"]) != body["generation"]:
            raise ApiError(404, f"No such object: {bucket}/{name}")
        return body

    def _check_generation(self, request: web.Request, bucket: str, name: str) -> None:
        wanted = request.query.get("ifGenerationMatch")
        if wanted is None:
            return
        current = (self._store.get(f"{STORAGE.prefix}/b/{bucket}/o/{name}") or {}).get("generation", "0")
        if wanted != current:
            raise ApiError(
                412, f"At least one of the pre-conditions you specified did not hold. The generation is {current}."
            )

    def _shown(self, request: web.Request, body: Document) -> Document:
        link = f"{request.url.origin()}{buckets.BASE}/b/{body['bucket']}/o/{quote(body['name'], safe='')}"
        media = f"{link}?generation={body['generation']}&alt=media"
        return public(body) | {"selfLink": link, "mediaLink": media, "etag": f"C{body['generation']}="}


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        yield chunk


def _checked_name(name: object) -> str:
    """Cloud Storage, "About Cloud Storage objects", object names."""
    if not isinstance(name, str) or not 0 < len(name.encode()) <= _MOST_NAME_BYTES or name in (".", ".."):
        raise ApiError(
            400, f"Invalid object name: it must have 1 to {_MOST_NAME_BYTES} bytes and be neither '.' nor '..'."
        )
    if "\n" in name or "\r" in name:
        raise ApiError(400, "Invalid object name: it has a line break.")
    return name


def _refuse_unknown(request: web.Request) -> None:
    if unknown := sorted(_REFUSED & request.query.keys()):
        raise ApiError(501, f"The local cloud does not play the parameter {', '.join(unknown)} of Cloud Storage.")
