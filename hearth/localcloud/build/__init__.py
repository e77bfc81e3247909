"""Cloud Build v1: builds of container images, without containers.

A build understands `docker build` of a Dockerfile whose Python packages come from one lock file. It lays out what the
image would hold and records what it would run; it runs no RUN command. Triggers, worker pools, approvals, artifacts,
build configurations with other builders, and fetching base images are left out: they need containers or networks.
"""
