"""Under load: requests per second, the slowest hundredth and memory of an instance, each side as it is deployed."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from flask_hearth.bench.figures import Line, Sample
from flask_hearth.bench.load import Load
from flask_hearth.bench.servers import Server
from flask_hearth.bench.sides import hearth, hearth_sized_as_peer, peer
from flask_hearth.bench.stores import Place

CONNECTIONS = 80
"""The concurrency of a service of one CPU, which both deploy with: Cloud Run sends an instance that many."""

_MEBI = 2**20

Say = Callable[[str], None]
Values = dict[str, list[float]]


def measure(at: Place, folder: Path, *, load: Load, rounds: int, seconds: float, say: Say) -> list[Line]:
    """All sides in turns, each for `seconds`, `rounds` times. There have to be items."""
    sides = (hearth(at.hearth, at.environ), peer(at.peer, at.environ), hearth_sized_as_peer(at.hearth, at.environ))
    ours, theirs, resized = (side.name for side in sides)
    rates: Values = {side.name: [] for side in sides}
    slowest: Values = {side.name: [] for side in sides}
    memory: Values = {side.name: [] for side in sides}
    with ExitStack() as running:
        servers = [running.enter_context(Server(side, folder / "serving.log")) for side in sides]
        urls = [(each, each.url(_one(each))) for each in servers]
        for number in range(rounds):
            say(f"{at.kind}: load, round {number + 1} of {rounds}")
            for server, url in urls:
                found = load(url, CONNECTIONS, seconds)
                rates[server.side.name].append(found.per_second)
                slowest[server.side.name].append(found.p99 * 1000)
                weight = server.memory()
                if weight is not None:
                    memory[server.side.name].append(weight / _MEBI)

    def line(what: str, values: Values, unit: str, above: str, below: str) -> Line:
        return Line(what, {at.kind: (Sample(values[above], unit), Sample(values[below], unit))})

    load_of = f"at {CONNECTIONS} connections, one item"
    size = "with the peer's processes and threads"
    lines = [
        line(f"requests a second {load_of}: Hearth's against peer's", rates, "/s", ours, theirs),
        line(f"p99 {load_of}: peer's against Hearth's", slowest, "ms", theirs, ours),
        line(f"Hearth: the same requests a second, against {size}", rates, "/s", ours, resized),
        line(f"Hearth: the same p99 {size}, against with its own", slowest, "ms", resized, ours),
    ]
    if not memory[ours]:
        return lines
    return [
        *lines,
        line("memory of an instance after that (PSS): peer's against Hearth's", memory, "MiB", theirs, ours),
        line(f"Hearth: memory {size}, against with its own", memory, "MiB", resized, ours),
    ]


def _one(server: Server) -> str:
    """The path of one object that is there."""
    side = server.side
    return f"{side.path}/{server.ask(side.path)[side.kept][0]['id']}"
