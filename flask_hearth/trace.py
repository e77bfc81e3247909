"""Which trace a request belongs to, by its headers.

Only reads: no span is started and nothing is sent; Cloud Run records the request's span itself.
"""

import re
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import Headers

# W3C Trace Context, section 3.2.2. A version above 00 may carry more fields behind the four that are known.
_TRACEPARENT: Final = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
# Google's older header: TRACE_ID/SPAN_ID;o=OPTIONS, of which only the first is always there.
_CLOUD_TRACE: Final = re.compile(r"([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]{1,3}))?")
_SAMPLED: Final = 1
_SPAN_LIMIT: Final = 2**64


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Ids as lowercase hex digits: 32 for the trace, 16 for the span."""

    id: str
    span: str | None
    sampled: bool


def read(headers: Headers) -> Trace | None:
    """The trace of `traceparent`, else of `X-Cloud-Trace-Context`; None where neither is there and valid."""
    return _traceparent(headers.get("traceparent", "")) or _cloud_trace(headers.get("X-Cloud-Trace-Context", ""))


def _traceparent(value: str) -> Trace | None:
    found = _TRACEPARENT.fullmatch(value.strip())
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if (version == "00" and more) or not int(trace, 16) or not int(span, 16):
        return None
    return Trace(id=trace, span=span, sampled=bool(int(flags, 16) & _SAMPLED))


def _cloud_trace(value: str) -> Trace | None:
    found = _CLOUD_TRACE.fullmatch(value.strip())
    if found is None or not int(found[1], 16):
        return None
    # This header counts spans in decimal, Cloud Logging and Cloud Trace in hex: unconverted, they never meet.
    span = int(found[2] or 0)
    return Trace(
        id=found[1].lower(),
        span=f"{span:016x}" if 0 < span < _SPAN_LIMIT else None,
        sampled=bool(int(found[3] or 0) & _SAMPLED),
    )
