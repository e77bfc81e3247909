"""A process of its own that increments a counter in an SQLite database: URL, id and times are its arguments."""

import sys

from flask_hearth.stores import open_store
from flask_hearth.stores.interface import VersionError
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.tests.databases import MIGRATIONS
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES


def main(url: str, id: str, times: int) -> None:
    store = open_store(url, declarations=DECLARATIONS, migrations=MIGRATIONS, call_seconds=PATIENCE)
    print("ready", flush=True)
    for _ in range(times):
        while True:
            found = store.get(SAMPLES, id)
            try:
                store.replace(SAMPLES, id, {**found.fields, "count": found.fields["count"] + 1}, expected=found.version)
            except VersionError:
                continue
            break


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
