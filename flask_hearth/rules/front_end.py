"""What stands in front of the service: which host names may come forwarded, and how many proxies tell whom they met."""

from flask_hearth import forwarded
from flask_hearth.rules.values import split_list


def trusted_hosts(value: object) -> tuple[str, ...]:
    """Host names without ports. A `*` stands for letters, digits and hyphens within the first label."""
    hosts = split_list(value)
    for host in hosts:
        if not forwarded.is_host(host):
            raise ValueError(
                f"TRUSTED_HOSTS has {host!r}: that is not a lowercase host name without scheme and port, so it would "
                "match nothing or everything. Write them like www.example.com,my-site--*.web.app."
            )
    return hosts
