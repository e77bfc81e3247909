"""Cloud Storage's JSON API v1, as far as handing over a build's source needs it."""

from http import HTTPStatus
from urllib.parse import quote

from hearth.catalog.apis import STORAGE, upload_base
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Call, Session

# A slow line (100 kB/s) still gets an archive of the largest allowed size through.
_SECONDS_PER_BYTE = 1 / 100_000
_LEAST_SECONDS = 60.0


class Storage:
    def __init__(self, session: Session) -> None:
        self._session = session

    def has(self, project: str, bucket: str, name: str) -> bool:
        """Whether the object is there; a missing bucket counts as not."""
        try:
            self._session.call(
                Call(
                    api=STORAGE,
                    project=project,
                    method="GET",
                    url=f"b/{quote(bucket, safe='')}/o/{quote(name, safe='')}",
                    what=f"look for gs://{bucket}/{name}",
                )
            )
        except ApiError as refused:
            if refused.missing:
                return False
            raise
        return True

    def put(self, project: str, bucket: str, name: str, content: bytes) -> None:
        """Create the object in one request; one of that name that is there already is left as it is."""
        base = upload_base(self._session.endpoints.base(STORAGE))
        try:
            self._session.call(
                Call(
                    api=STORAGE,
                    project=project,
                    method="POST",
                    url=f"{base}b/{quote(bucket, safe='')}/o",
                    # Generation 0 stands for "not there yet" (Cloud Storage, "Request preconditions"), which makes
                    # the call safe to repeat.
                    query={"uploadType": "media", "name": name, "ifGenerationMatch": 0},
                    content=content,
                    what=f"upload the build's source to gs://{bucket}/{name}",
                    repeatable=True,
                    read_seconds=max(_LEAST_SECONDS, len(content) * _SECONDS_PER_BYTE),
                )
            )
        except ApiError as refused:
            if refused.refusal.code != HTTPStatus.PRECONDITION_FAILED:
                raise
