"""Who may reach the service, under which domains, and who may read its images."""

import re
from collections.abc import Iterator, Sequence

from hearth.faults import Fault
from hearth.guards.image_by_digest import BY_DIGEST

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_MEMBER = re.compile(r"(serviceAccount|user|group):[^@\s]+@[^@\s]+\.[^@\s]+|domain:[^@\s]+\.[^@\s]+")
_PROJECT_NUMBER = re.compile(r"[1-9][0-9]{5,}")


def faults(
    *, public_access: str, rewritten: bool, custom_domains: Sequence[str], image: str, image_readers: Sequence[str]
) -> Iterator[Fault]:
    """Check access to service, site and images. `rewritten` says whether Hosting sends requests to the service."""
    if public_access == "private" and rewritten:
        yield Fault(
            key="app:publicAccess",
            value=public_access,
            why="firebase.json rewrites to the service, and Hosting calls it as anybody: every page would answer 403",
            fix="pulumi config set app:publicAccess iam, or take the `run` rewrites out of firebase.json",
        )
    for domain in custom_domains:
        if not _DOMAIN.fullmatch(domain):
            yield Fault(
                key="app:customDomains",
                value=domain,
                why="not a domain name: lowercase, without scheme, port or path (international ones as xn--...)",
                fix="write it like www.example.com",
            )
    if len(set(custom_domains)) < len(custom_domains):
        yield Fault(
            key="app:customDomains",
            value=list(custom_domains),
            why="a domain can be connected to a site once only",
            fix="remove the duplicates",
        )
    if image and not BY_DIGEST.fullmatch(image):
        yield Fault(
            key="app:image",
            value=image,
            why="an image is deployed by digest: a tag can be moved, and then no diff would show what runs",
            fix="take the imageRef output of the stack that built it (HOST/PATH@sha256:...), or '' to build it here",
        )
    for reader in image_readers:
        if not (_MEMBER.fullmatch(reader) or _PROJECT_NUMBER.fullmatch(reader)):
            yield Fault(
                key="app:imageReaders",
                value=reader,
                why="neither an IAM member nor a project number",
                fix="write serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, or the number of the project that "
                "runs the image (gcloud projects describe PROJECT, projectNumber)",
            )


def reader_member(reader: str) -> str:
    """The IAM member that a reader stands for; a project number stands for its Cloud Run service agent.

    Cloud Run pulls images as that agent, not as the service's own account ("Deploying images from other projects").
    """
    if _PROJECT_NUMBER.fullmatch(reader):
        return f"serviceAccount:service-{reader}@serverless-robot-prod.iam.gserviceaccount.com"
    return reader
