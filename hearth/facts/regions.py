"""Regions in which both halves of a page can be: the service on Cloud Run, and a Hosting rewrite to it.

Cloud Run has more regions than Hosting can rewrite to. For one that is missing there, Hosting's API answers
"Cloud Run region ... is not supported" when the site is released, minutes after the service came up.

The list has not been compared with the page again, because no stored copy of the page has it. Cloud Run's newer regions
(africa-south1, europe-west10, me-central2, northamerica-south1) are left out: whether Hosting has them is not known.
"""

from difflib import get_close_matches

# Firebase Hosting, "Serve dynamic content and host microservices with Cloud Run": the regions a rewrite may name.
# Those in the first line stand beside Hosting's own servers, so a rewrite costs the least time there.
BOTH = (
    *("asia-east1", "europe-west1", "us-central1", "us-east1", "us-west1"),
    *("asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-south2"),
    *("asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2"),
    *("europe-central2", "europe-north1", "europe-southwest1", "europe-west12", "europe-west2", "europe-west3"),
    *("europe-west4", "europe-west6", "europe-west8", "europe-west9", "me-central1", "me-west1"),
    *("northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1"),
    *("us-east4", "us-east5", "us-south1", "us-west2", "us-west3", "us-west4"),
)


def suggest_regions(region: str) -> str:
    """Those that are spelled like it, else the nearest to Hosting, as `A (or B, C)`."""
    first, *others = get_close_matches(region, BOTH, n=3, cutoff=0.7) or BOTH[:5]
    return f"{first} (or {', '.join(others)})" if others else first
