"""Which repository's CI may deploy: what GitHub and Google take as names.

Sources: GitHub's limits of account, repository and environment names; git's check-ref-format; IAM, "Manage workload
identity pools". The values become part of an expression that Google evaluates (CEL), so none may hold a quote.
Whether a repository exists is GitHub's to say.
"""

import re
from collections.abc import Iterator

from hearth.faults import Fault

# A managed user's name ends with an underscore and the enterprise's short code.
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_ID = re.compile(r"[1-9][0-9]{0,18}")
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}(?<![./])")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}")
_POOL = re.compile(r"[a-z0-9]{1,4}")
_RESERVED = "gcp-"


def faults(
    *, name: str, repository: str, repository_id: str, branch: str, environment: str, pool: str
) -> Iterator[Fault]:
    """Check what the component Delivery is made of; `name` is `app:name`. With no repository there is none."""
    if not repository:
        return
    if not _REPOSITORY.fullmatch(repository):
        yield Fault(
            key="app:deliveryRepository",
            value=repository,
            why="only jobs of this repository may deploy, and GitHub calls it OWNER/NAME",
            fix="write it like acme/web, without https:// and .git; or '' for no deployments from CI",
        )
    if repository_id and not _ID.fullmatch(repository_id):
        yield Fault(
            key="app:deliveryRepositoryId",
            value=repository_id,
            why="it is GitHub's number of the repository, which stays when a name is given up and taken by others",
            fix="gh api repos/OWNER/NAME --jq .id tells it",
        )
    if not _BRANCH.fullmatch(branch):
        yield Fault(
            key="app:deliveryBranch",
            value=branch,
            why="only jobs on this branch may deploy; letters, digits, dots, slashes, hyphens and underscores",
            fix="write it without refs/heads/, like main",
        )
    if not _ENVIRONMENT.fullmatch(environment):
        yield Fault(
            key="app:deliveryEnvironment",
            value=environment,
            why="the jobs of this GitHub environment deploy, and it becomes part of an IAM member: at most 50 letters, "
            "digits, hyphens and underscores",
            fix="name the environment like the stack: dev, prod",
        )
    if not _POOL.fullmatch(pool):
        yield Fault(
            key="app:deliveryPool",
            value=pool,
            why="it ends the identity pool's name, of at most 32 characters: 1 to 4 lowercase letters and digits",
            fix="pulumi config set app:deliveryPool 1, and count up when that name was deleted",
        )
    if f"{name}-".startswith(_RESERVED):
        yield Fault(
            key="app:name",
            value=name,
            also=frozenset({"app:deliveryRepository"}),
            why="the identity pool for deployments from CI is named after it, and Google keeps names that begin with "
            "gcp- for itself",
            fix="choose another name: pulumi config set app:name web",
        )
