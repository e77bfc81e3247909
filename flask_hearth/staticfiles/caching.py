"""How long a file may be kept, by the name under which it is asked for (RFC 9111; RFC 8246 for `immutable`)."""

from typing import Final

DIGESTED: Final = "public, max-age=31536000, immutable"
"""A name that carries the digest of the content: another content has another name. A year is as long as it gets."""

PLAIN: Final = "no-cache"
"""A name that stays when the content changes: may be kept, but is asked about each time (304 while it is the same)."""
