"""Redirect rules: a pattern, a status and a location into which the captured parts are put.

`:name`, `:name*` and, for regular expressions, `:1` in the location stand for what the pattern captured. The query
of the request is kept. A location with a `:name` that nothing captures is refused: it would be sent as it stands.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hearth.localcloud.hosting.patterns import Pattern, read_pattern

# The API calls statusCode required, the Firebase CLI leaves it out where firebase.json has no `type`, and the
# official emulator then answers 301.
_DEFAULT_STATUS = 301
_FIELDS = frozenset({"glob", "regex", "statusCode", "location"})
_PLACE = re.compile(r":(?P<name>[A-Za-z_]\w*|\d+)\*?")
# Everything that may stand in a URL as it is; the captured parts come decoded.
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_SAFE_LOCATION = _SAFE_PATH + "?#[]%"


@dataclass(frozen=True)
class Redirect:
    pattern: Pattern
    location: str
    status: int

    def target(self, path: str, query: str) -> str | None:
        """The Location for a decoded path and a raw query, or None where the rule does not apply."""
        parts = self.pattern.match(path)
        if parts is None:
            return None
        location = _PLACE.sub(lambda place: self._fill(place, parts), quote(self.location, safe=_SAFE_LOCATION))
        if not query:
            return location
        return location + ("&" if "?" in location else "?") + query

    def _fill(self, place: re.Match[str], parts: dict[str, str]) -> str:
        if place["name"] not in self.pattern.names:
            return place[0]
        return quote(parts.get(place["name"], ""), safe=_SAFE_PATH)


def read_redirect(rule: dict[str, Any]) -> Redirect:
    """Read one rule of ServingConfig.redirects. Raises ValueError."""
    unknown = sorted(rule.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"there is no field {unknown[0]}")
    status = rule.get("statusCode", _DEFAULT_STATUS)
    if not isinstance(status, int) or isinstance(status, bool) or not 300 <= status <= 399:
        raise ValueError(f"statusCode must be a redirect's, from 300 to 399, not {status!r}")
    location = rule.get("location")
    if not isinstance(location, str) or not location:
        raise ValueError("location is required: a path or a URL")
    if any(ord(character) < ord(" ") for character in location):
        raise ValueError(f"location {location!r} has control characters, which a header can't contain")
    pattern = read_pattern(rule, captures=True)
    for place in _PLACE.finditer(location):
        # `http://host:8080` and `a:b` are text; after a slash it can only be meant as a capture.
        meant = place.start() == 0 or location[place.start() - 1] == "/"
        if meant and place["name"] not in pattern.names:
            raise ValueError(f"location '{location}' uses :{place['name']}, which the source pattern does not capture")
    return Redirect(pattern, location, status)
