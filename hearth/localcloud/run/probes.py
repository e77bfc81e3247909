"""Startup and liveness probes, by HTTP or TCP (Cloud Run, "Container health checks").

Left out: gRPC probes, which need a gRPC client, and readiness probes. Cloud Run's numbers are kept for giving up; a
startup probe is tried more often than its period says, because waiting here costs a person's time.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import aiohttp

_POLL_SECONDS = 0.1


async def started(probe: Mapping[str, Any], port: int) -> bool:
    """Whether the probe succeeds within initialDelaySeconds + failureThreshold * periodSeconds.

    `port` replaces the container's own. Cancel it when the process has exited.
    """
    await asyncio.sleep(probe["initialDelaySeconds"])
    try:
        async with asyncio.timeout(probe["failureThreshold"] * probe["periodSeconds"]):
            while not await succeeds(probe, port):  # noqa: ASYNC110 - another process tells us nothing
                await asyncio.sleep(min(_POLL_SECONDS, probe["periodSeconds"]))
    except TimeoutError:
        return False
    return True


async def dead(probe: Mapping[str, Any], port: int) -> None:
    """Return when the liveness probe has failed failureThreshold times in a row."""
    await asyncio.sleep(probe["initialDelaySeconds"])
    failures = 0
    while failures < probe["failureThreshold"]:
        await asyncio.sleep(probe["periodSeconds"])
        failures = 0 if await succeeds(probe, port) else failures + 1


async def succeeds(probe: Mapping[str, Any], port: int) -> bool:
    """One try, as long as timeoutSeconds: a connection, or an HTTP status from 200 to 399."""
    if "httpGet" not in probe:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(probe["timeoutSeconds"]):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return True
        return False
    action = probe["httpGet"]
    headers = {header["name"]: header.get("value", "") for header in action.get("httpHeaders", [])}
    limit = aiohttp.ClientTimeout(total=probe["timeoutSeconds"])
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(f"http://127.0.0.1:{port}{action['path']}", headers=headers, allow_redirects=False) as answer,
        ):
            return 200 <= answer.status < 400
    return False
