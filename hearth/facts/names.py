"""What Google takes as a name or an id, by kind, and what names stand for.

Each pattern has to match the whole text. A name that Google refuses fails in the middle of a deployment, and some only
after minutes, so it is worth to know before.
"""

import re
from dataclasses import dataclass

PROJECT_ID = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
"""Resource Manager, "Creating and managing projects"."""
PROJECT_NUMBER = re.compile(r"[1-9][0-9]{5,}")
MEMBER = re.compile(r"(serviceAccount|user|group):[^@\s]+@[^@\s]+\.[^@\s]+|domain:[^@\s]+\.[^@\s]+")
"""Of an IAM policy, but for the ones that mean everybody."""
LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
"""What every kind of resource takes as a name, within its length."""
SITE_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?")
"""Firebase Hosting, sites.create."""
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
FIRESTORE_LOCATION = re.compile(r"eur3|nam5|nam7|[a-z]+-[a-z]+[0-9]+")
"""Firestore, "Locations". Whether there is such a region is Google's to say."""
FIRESTORE_ID = re.compile(r"\(default\)|(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z][a-z0-9-]{2,61}[a-z0-9]")
"""Firestore, "Manage databases": nothing like a UUID."""
RESERVED_POOL_PREFIX = "gcp-"
"""Google keeps identity pools with such names to itself (IAM, "Manage workload identity pools")."""

SECRET_REFERENCE = re.compile(
    rf"(?:projects/(?P<project>{PROJECT_ID.pattern}|{PROJECT_NUMBER.pattern})/secrets/)?"
    r"(?P<secret>[A-Za-z0-9_-]{1,255}):(?P<version>[1-9][0-9]*)"
)
"""A version as `gcloud run deploy --set-secrets` names one (Secret Manager and Resource Manager, names)."""


@dataclass(frozen=True)
class Length:
    """How long a name may be, in characters, and who says so."""

    shortest: int
    longest: int
    source: str


ACCOUNT = Length(6, 30, "IAM: service account ids have 6 to 30 characters")
BUCKET = Length(3, 63, "Cloud Storage: 3 to 63 characters")
CLOUD_RUN = Length(1, 49, "Cloud Run: fewer than 50 characters")
REPOSITORY = Length(1, 63, "Artifact Registry: at most 63 characters")
SECRET = Length(1, 255, "Secret Manager: at most 255 characters")


_OLD_AGENTS = {"run.googleapis.com": "serverless-robot-prod", "compute.googleapis.com": "compute-system"}


def agent(service: str, project_number: object) -> str:
    """The address of the account that a Google service acts as in a project (IAM, "Service agents")."""
    domain = _OLD_AGENTS.get(service, f"gcp-sa-{service.removesuffix('.googleapis.com')}")
    return f"service-{project_number}@{domain}.iam.gserviceaccount.com"


def is_googles(bucket: str) -> bool:
    """Whether Cloud Storage keeps a bucket's name to itself ("Bucket names")."""
    return "google" in bucket or bucket.startswith("goog")


def is_reader(reader: str) -> bool:
    """Whether it is an IAM member, or the number of a project."""
    return bool(MEMBER.fullmatch(reader) or PROJECT_NUMBER.fullmatch(reader))


def reader_member(reader: str) -> str:
    """The IAM member that a reader of images stands for; a project number stands for its Cloud Run service agent.

    Cloud Run pulls images as that agent, not as the service's own account ("Deploying images from other projects").
    """
    if PROJECT_NUMBER.fullmatch(reader):
        return f"serviceAccount:{agent('run.googleapis.com', reader)}"
    return reader


def last_segment(name: str) -> str:
    """Of a resource's name, such as `web` of `projects/shop/locations/europe-west1/services/web`."""
    return name.rpartition("/")[2]
