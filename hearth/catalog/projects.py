"""A project's number, which the local cloud and its provider have to make alike."""

import hashlib


def number(project: str) -> str:
    """Twelve digits, always the same for an id, as agents' addresses hold it."""
    return str(10**11 + int(hashlib.sha256(project.encode()).hexdigest(), 16) % (9 * 10**11))
