"""Startup and liveness probes, by HTTP or TCP (Cloud Run, "Container health checks").

Left out: gRPC probes, which need a gRPC client, and readiness probes. Cloud Run's numbers are kept for giving up; a
startup probe is tried more often than its period says, because waiting here costs a person's time.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp

_POLL_SECONDS = 0.1


async def wait_until_started(probe: Mapping[str, Any], port: int) -> str:
    """Empty once the probe has succeeded; what its last try met, when initialDelaySeconds + failureThreshold *
    periodSeconds have gone by without.

    `port` replaces the container's own. Cancel it when the process has exited.
    """
    await asyncio.sleep(probe["initialDelaySeconds"])
    wrong = f"nothing answered on port {port}"
    try:
        async with asyncio.timeout(probe["failureThreshold"] * probe["periodSeconds"]):
            while wrong := await failure(probe, port):  # noqa: ASYNC110 - another process tells us nothing
                await asyncio.sleep(min(_POLL_SECONDS, probe["periodSeconds"]))
    except TimeoutError:
        return wrong
    return ""


async def wait_until_dead(probe: Mapping[str, Any], port: int) -> str:
    """What the last try met, when the liveness probe has failed failureThreshold times in a row."""
    await asyncio.sleep(probe["initialDelaySeconds"])
    failures, wrong = 0, ""
    while failures < probe["failureThreshold"]:
        await asyncio.sleep(probe["periodSeconds"])
        wrong = await failure(probe, port)
        failures = failures + 1 if wrong else 0
    return wrong


async def failure(probe: Mapping[str, Any], port: int) -> str:
    """What one try met, as long as timeoutSeconds; empty for a connection, or an HTTP status from 200 to 399."""
    action, seconds = probe.get("httpGet"), probe["timeoutSeconds"]
    try:
        async with asyncio.timeout(seconds):
            return await _answer(action, port) if action else await _connection(port)
    except TimeoutError:
        asked = f"GET {action['path']}" if action else f"port {port}"
        return f"{asked} gave no answer within {seconds} s"
    except (aiohttp.ClientConnectorError, ConnectionRefusedError):
        return f"nothing listened on port {port}"
    except (aiohttp.ClientError, OSError) as fault:
        return f"what listens on port {port} does not speak HTTP ({fault})"


async def _connection(port: int) -> str:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return ""


async def _answer(action: Mapping[str, Any], port: int) -> str:
    headers = {header["name"]: header.get("value", "") for header in action.get("httpHeaders", [])}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{action['path']}", headers=headers, allow_redirects=False) as answer,
    ):
        return "" if 200 <= answer.status < 400 else f"GET {action['path']} was answered with {answer.status}"
