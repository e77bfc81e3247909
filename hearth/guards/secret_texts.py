"""Whether a text is a secret, by its name or by what it is.

A name is taken apart into words. One that speaks of a secret makes it one, unless the last word tells that it is
something about a secret, such as a file or a lifetime: a name that nobody thought of is rather refused than passed.
Left out: secrets under harmless names and of no known form; nothing here could tell them from other texts.
"""

import itertools
import re
from typing import Final

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET = re.compile(
    r".*(SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASSCODE|TOKENS?|CREDENTIALS?|CREDS"
    r"|(API|SECRET|PRIVATE|ACCESS|AUTH|SIGNING|ENCRYPTION|SESSION|MASTER)KEYS?)|PASS|PWD|KEYS?"
)
# As the last word: it is about a secret.
_ABOUT = re.compile(
    "AGE|ALGORITHM|AUDIENCE|BYTES|COUNT|DAYS|DIR|ENABLED|ENDPOINT|EXPIRATION|EXPIRY|FIELD|FILE|HEADER|HOURS|IDS?"
    "|ISSUER|LENGTH|LIFETIME|LIMIT|MINUTES|NAMES?|PATH|POLICY|PREFIX|REQUIRED|ROTATION|SCOPES?|SECONDS|SIZE|SUFFIX"
    "|TIMEOUT|TTL|TYPE|UR[IL]|VERSION"
)
# Right before a key, or before tokens: it is none.
_NONE = re.compile("ANON|CACHE|FOREIGN|KMS|MAX|MIN|NUM|PARTITION|PRIMARY|PUBLIC|PUBLISHABLE|SITE|SORT|TOTAL|WEB")
# A path by the documentation of Google's client libraries, and the shell's working directory.
_HARMLESS: Final = frozenset({"GOOGLE_APPLICATION_CREDENTIALS", "PWD"})
_SWITCH = re.compile(r"true|false|yes|no|on|off|[01]", re.IGNORECASE)

# A user in an address of whatever scheme, up to the password, which may hold anything; digits and a slash are a port.
_USER = re.compile(r"://[^\s/?#@:\[]*:(?!\d{1,5}[/?#,])")
# Go's address of a MySQL server, which has no scheme.
_GO_MYSQL = re.compile(r"\w+:[^/\s]\S*?@(\w+\(|/)")
# `password=x` of a connection string or a query, and `"password": "x"` of JSON; a mere key may be one of anything.
_PAIR = re.compile(
    r"(?:^|[\s;&?,])(?!keys?\b)([\w.-]+(?: [\w.-]+)?)\s*=\s*[^\s;&,]|\"(?!keys?\b)([\w.-]+)\"\s*:\s*\"[^\"]",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----")
# By their issuers' documentation: GitHub, GitLab, Slack, Stripe, and OAuth clients of Google.
_TOKEN = re.compile(
    r"\b(gh[oprsu]_\w{30}|github_pat_\w{30}|glpat-[\w-]{20}|xox[abeoprs]-\w|[rs]k_(live|test)_\w{10}|GOCSPX-[\w-]{20})"
)


def is_secret_name(name: str) -> bool:
    """Whether what is so named is a secret."""
    words = ["", *(word.upper() for word in _WORDS.findall(name))]
    secret = any(
        _SECRET.fullmatch(word) and not (_NONE.fullmatch(before) and re.fullmatch("KEYS?|TOKENS", word))
        for before, word in itertools.pairwise(words)
    )
    return secret and not _ABOUT.fullmatch(words[-1]) and name not in _HARMLESS


def why_secret(name: str, value: str) -> str:
    """Why the value under this name is a secret; empty where it is none."""
    if is_secret_name(name) and not _SWITCH.fullmatch(value):
        return "its name is that of a secret"
    if _GO_MYSQL.match(value) or any(_has_password(word) for word in value.split()):
        return "it is a URL with a password"
    if any(is_secret_name(first or second) for first, second in _PAIR.findall(value)):
        return "it contains a password or another secret"
    if _PRIVATE_KEY.search(value):
        return "it is a private key"
    if _TOKEN.search(value):
        return "it is an access token"
    return ""


def _has_password(address: str) -> bool:
    user = _USER.search(address)
    return user is not None and "@" in address[user.end() + 1 :]
