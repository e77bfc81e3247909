"""Conditional and range requests (RFC 9110, sections 13 and 14)."""

import re
from email.utils import parsedate_to_datetime

from multidict import CIMultiDict, CIMultiDictProxy

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_MOST_DIGITS = 18


class UnsatisfiableRange(Exception):
    """The range lies outside of the content: 416."""


def not_modified(request: CIMultiDictProxy[str], answer: CIMultiDict[str]) -> bool:
    """Whether a GET or HEAD that would be answered 200 with these headers deserves a 304."""
    if "If-None-Match" in request:
        wanted = ",".join(request.getall("If-None-Match"))
        tag = _TAG.fullmatch(answer.get("ETag", ""))
        # Weak comparison, section 13.1.2. If-Modified-Since doesn't count beside If-None-Match.
        return tag is not None and (wanted.strip() == "*" or tag[1] in _TAG.findall(wanted))
    if "If-Modified-Since" in request and "Last-Modified" in answer:
        try:
            since = parsedate_to_datetime(request["If-Modified-Since"])
            return parsedate_to_datetime(answer["Last-Modified"]) <= since
        except (TypeError, ValueError):
            # A date that can't be read, or one without a zone, is no condition (section 13.1.3).
            return False
    return False


def byte_range(request: CIMultiDictProxy[str], answer: CIMultiDict[str], size: int) -> tuple[int, int] | None:
    """Start and end (excluded) of the single range asked for, or None for the whole content.

    Several ranges, other units and text that is no range get the whole content, as section 14.2 allows. Raises
    UnsatisfiableRange.
    """
    found = _RANGE.fullmatch(request.get("Range", "").replace(" ", ""))
    if found is None or not any(found.groups()) or not _if_range(request, answer):
        return None
    first, last = (text[:_MOST_DIGITS] for text in found.groups())
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    if start >= stop:
        raise UnsatisfiableRange
    return start, stop


def _if_range(request: CIMultiDictProxy[str], answer: CIMultiDict[str]) -> bool:
    # Strong comparison only, section 13.1.5.
    condition = request.get("If-Range")
    return condition is None or condition in (answer.get("ETag"), answer.get("Last-Modified"))
