"""`python -m hearth image`: the image built, looked into and tried.

Exit codes: 0, or 1 when there is no image or something about it does not hold, 2 for wrong options, 130 after Ctrl-C.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hearth import project
from hearth.first_collection import NoCollectionError, first
from hearth.image import any_app, base, building, contents, context, instance, trial
from hearth.image.choosing import choose_engine
from hearth.image.errors import ImageError
from hearth.image.rows import Row, all_passed, table


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    try:
        rows = build_and_try(options)
    except (ImageError, NoCollectionError) as error:
        sys.stderr.write(f"image: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("image: interrupted.\n")
        return 130
    print(f"\n{table(rows)}", flush=True)
    return 0 if all_passed(rows) else 1


def build_and_try(options: argparse.Namespace) -> list[Row]:
    """Build and try; the rows. Raises ImageError and NoCollectionError."""
    root = project.root()
    one = instance.of_stack(root, options.stack)
    dockerfile = one.dockerfile
    table = project.Table.read(root)
    ours = (root / table.openapi).is_file()
    kept = first(root) if ours else None
    if not ours:
        _say(f"There is no {table.openapi}: tried is what holds of any app, and nothing of an API.")
    wanted = options.base or base.default_base(root / dockerfile)
    engine, base_image = choose_engine(wanted, base_tar=Path(options.base_tar) if options.base_tar else None, say=_say)
    with tempfile.TemporaryDirectory(prefix="hearth-image-") as made:
        folder = Path(made, "context")
        count = context.unpack(root, dockerfile, folder)
        _say(f"Building {count} files on {base_image} with {engine.name} …")
        began = time.monotonic()
        files = building.network_files(Path(made), os.environ, ca=options.ca)
        building.build(engine, folder, dockerfile, base=base_image, files=files, say=_say)
        rows = [Row("built", f"{building.TAG} with {engine.name} in {time.monotonic() - began:.0f} s")]
        found = contents.inspect(engine, building.TAG)
        rows += contents.check_config(found, contents.inspect(engine, base_image)["Size"])
        _say("Looking inside …")
        loaded = contents.modules(table.app, ours=ours)
        inside = contents.look_inside(engine, building.TAG, found["Config"], f"hearth-inside-{os.getpid()}", loaded)
        rows += contents.check_contents(inside, root, context.ignored_files(root))
        _say("Trying it …")
        data = Path(made, f"data-{os.getpid()}")
        data.mkdir()
        if kept is None:
            return rows + any_app.attempt(engine, building.TAG, one, data)
        return rows + trial.try_image(engine, building.TAG, one, data, kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hearth image", description="Build the image, and try it.")
    parser.add_argument("--base", default="", help="base image to use in place of the Dockerfile's")
    parser.add_argument("--base-tar", default="", help="file with the base: an archive of an image or of a file system")
    parser.add_argument("--ca", default="", help="certificates that the build trusts (default: $SSL_CERT_FILE)")
    parser.add_argument("--stack", default="prod", help="stack whose instances the trial's containers imitate")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
