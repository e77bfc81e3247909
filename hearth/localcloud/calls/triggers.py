"""Eventarc: triggers for new documents in Firestore, which call a Cloud Run service of this cloud.

The emulator is asked twice a second for the documents that a trigger's pattern could match. A trigger calls for each of
them until it is answered, also again after this cloud was killed in between: at least once. Left out: other events; the
body, which is the document in Protocol Buffers, so that a handler has to read the document that the headers name; an
end after a day; and that Google tells of no document from before the trigger.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from hearth.catalog.apis import CLOUD_RUN
from hearth.localcloud import times
from hearth.localcloud.calls import declared
from hearth.localcloud.calls.caller import Call, Caller
from hearth.localcloud.calls.declared import Retries
from hearth.localcloud.databases import firestore
from hearth.localcloud.store import Store

log = logging.getLogger(__name__)

CREATED: Final = "google.cloud.firestore.document.v1.created"
_PREFIX: Final = "eventarc"
_PAUSE_SECONDS: Final = 0.5
_RETRIES: Final = Retries(least=1, most=60, doublings=6)
"""Sooner than Eventarc's, which begins with ten seconds: somebody is waiting."""
_DEADLINE_SECONDS: Final = 600.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
# By it the emulator takes a caller for the owner, whom no rules bind.
_OWNER: Final = {"Authorization": "Bearer owner"}


class Triggers:
    """All triggers there are."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self._store, self._caller = store, caller
        self._running: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """Call for whatever appears, until cancelled."""
        try:
            while True:
                for name, inputs in declared.each(self._store, declared.TRIGGER):
                    try:
                        await self._look(name, inputs)
                    except (aiohttp.ClientError, TimeoutError) as error:
                        log.debug("trigger %s: Firestore does not answer: %r", name, error)
                    except Exception:
                        # A trigger that can't be read must not keep the others from calling.
                        log.exception("trigger %s failed", name)
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            running = [*self._running.values()]
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _look(self, name: str, inputs: Mapping[str, Any]) -> None:
        wanted = {each["attribute"]: each["value"] for each in inputs["matchingCriterias"]}
        if wanted.get("type") != CREATED or not firestore.host(self._store):
            return
        database = f"projects/{name.split('/')[1]}/databases/{wanted['database']}"
        there = await self._documents(database, wanted["document"])
        for key, _ in self._store.children(_key(name)):
            if key.rpartition("/")[2] not in map(_id, there):
                self._store.delete(key)
        for document in there:
            key = f"{_key(name)}/{_id(document)}"
            if key not in self._running and self._store.get(key) is None:
                self._running[key] = asyncio.create_task(self._tell(name, database, document, key))

    async def _documents(self, database: str, pattern: str) -> list[str]:
        """The paths of those that match."""
        last = {"collectionId": pattern.split("/")[-2], "allDescendants": True}
        query = {"from": [last], "select": {"fields": [{"fieldPath": "__name__"}]}}
        root = f"{database}/documents"
        url = f"http://{firestore.host(self._store)}/v1/{root}:runQuery"
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=_OWNER) as session,
            session.post(url, json={"structuredQuery": query}) as answer,
        ):
            answer.raise_for_status()
            found = [each["document"]["name"] for each in await answer.json() if "document" in each]
        matching = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)))
        return [path for each in found if matching.fullmatch(path := each.removeprefix(f"{root}/"))]

    async def _tell(self, name: str, database: str, document: str, key: str) -> None:
        """Until it is answered, or there is no such trigger any more."""
        headers = _headers(database, document)
        failures = 0
        try:
            while (inputs := declared.find(self._store, declared.TRIGGER, name)) is not None:
                wrong = await self._call(name, inputs, headers)
                if not wrong:
                    log.info("trigger %s: told of %s", name.rpartition("/")[2], document)
                    self._store.put(key, {"document": document})
                    return
                failures += 1
                pause = _RETRIES.pause(failures)
                log.warning("trigger %s, %s: %s; again in %g s", name.rpartition("/")[2], document, wrong, pause)
                await asyncio.sleep(pause)
        except Exception:
            log.exception("trigger %s can't tell of %s", name.rpartition("/")[2], document)
        finally:
            self._running.pop(key, None)

    async def _call(self, name: str, inputs: Mapping[str, Any], headers: Mapping[str, str]) -> str:
        """What went wrong."""
        target = inputs["destination"]["cloudRunService"]
        place = f"projects/{name.split('/')[1]}/locations/{target['region']}/services/{target['service']}"
        service = self._store.get(f"{CLOUD_RUN.prefix}/{place}")
        if service is None:
            return f"there is no service {target['service']}"
        url = f"{service['uri']}/{str(target.get('path') or '').removeprefix('/')}"
        token = {"serviceAccountEmail": inputs["serviceAccount"], "audience": url}
        return await self._caller.call(
            Call(method="POST", url=url, headers=headers, body=b"", token=token, deadline=_DEADLINE_SECONDS)
        )


def _headers(database: str, document: str) -> dict[str, str]:
    """Of a CloudEvent (Eventarc, "Route Cloud Firestore events to Cloud Run"; CloudEvents, HTTP binding)."""
    quoted = quote(document)
    return {
        "Content-Type": "application/protobuf",
        "ce-specversion": "1.0",
        "ce-id": secrets.token_hex(16),
        "ce-type": CREATED,
        "ce-source": f"//firestore.googleapis.com/{database}",
        "ce-subject": f"documents/{quoted}",
        "ce-time": times.now(),
        "ce-database": database.rpartition("/")[2],
        "ce-document": quoted,
    }


def _key(trigger: str) -> str:
    return f"{_PREFIX}/{trigger}/documents"


def _id(document: str) -> str:
    """Of what a store's key has one part for."""
    return quote(document, safe="")
