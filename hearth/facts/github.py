"""What GitHub takes as names.

Sources: GitHub's limits of account, repository and environment names; git's check-ref-format. Each pattern has to match
the whole text, and none lets a quote through: the names become part of an expression that Google evaluates (CEL).
Whether a repository exists is GitHub's to say.
"""

import re

# A managed user's name ends with an underscore and the enterprise's short code.
REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
REPOSITORY_ID = re.compile(r"[1-9][0-9]{0,18}")
BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}(?<![./])")
ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}")
