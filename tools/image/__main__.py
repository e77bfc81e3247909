"""`python -m tools.image`: what `make image` does.

Exit codes: 0, or 1 when there is no image or something about it does not hold, 2 for wrong options, 130 after Ctrl-C.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tools.first_collection import NoCollectionError, first
from tools.image import base, building, contents, context, instance, trial
from tools.image.choosing import choose
from tools.image.errors import ImageError
from tools.image.rows import Row, all_hold, table

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The exit code."""
    options = _parser().parse_args()
    try:
        rows = make(options)
    except (ImageError, NoCollectionError) as error:
        sys.stderr.write(f"image: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("image: interrupted.\n")
        return 130
    print(f"\n{table(rows)}", flush=True)
    return 0 if all_hold(rows) else 1


def make(options: argparse.Namespace) -> list[Row]:
    """Build and try; the rows. Raises ImageError and NoCollectionError."""
    one = instance.of_stack(_ROOT, options.stack)
    kept = first(_ROOT)
    wanted = options.base or base.named_in(_ROOT / context.DOCKERFILE)
    engine, base_image = choose(wanted, base_tar=Path(options.base_tar) if options.base_tar else None, say=_say)
    with tempfile.TemporaryDirectory(prefix="hearth-image-") as made:
        folder = Path(made, "context")
        count = context.unpack(_ROOT, folder)
        _say(f"Building {count} files on {base_image} with {engine.name} …")
        began = time.monotonic()
        files = building.shown(Path(made), os.environ, ca=options.ca)
        building.build(engine, folder, base_image, files, _say)
        rows = [Row("built", f"{building.TAG} with {engine.name} in {time.monotonic() - began:.0f} s")]
        found = contents.inspect(engine, building.TAG)
        rows += contents.judge_config(found, contents.inspect(engine, base_image)["Size"])
        _say("Looking inside …")
        inside = contents.look_inside(engine, building.TAG, found["Config"], f"hearth-inside-{os.getpid()}")
        rows += contents.judge_inside(inside, _ROOT, context.left_out(_ROOT))
        _say("Trying it …")
        data = Path(made, f"data-{os.getpid()}")
        data.mkdir()
        return rows + trial.attempt(engine, building.TAG, one, data, kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.image", description="Build the image, and try it.")
    parser.add_argument("--base", default="", help="another base image; by default the Dockerfile's own")
    parser.add_argument("--base-tar", default="", help="a base out of a file: an image's archive, or a file system's")
    parser.add_argument("--ca", default="", help="certificates that the build is to trust; by default $SSL_CERT_FILE")
    parser.add_argument("--stack", default="prod", help="the stack whose instances the trial's containers are like")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
