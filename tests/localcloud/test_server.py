"""The local cloud as a process: health, refusals, stop."""

from tests.localcloud.running import LocalCloud


def test_health_says_where_it_serves(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/_local/health", timeout=5).json()

    assert answer["status"] == "ok"
    assert answer["ports"] == {"apis": local.ports.apis, "edge": local.ports.edge, "service": local.ports.service}
    assert answer["root"] == str(local.root)
