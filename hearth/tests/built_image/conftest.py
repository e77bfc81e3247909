"""The image, built once for all tests here, where an engine works and a base is at hand."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hearth import project
from hearth.image import base, building, context
from hearth.image.choosing import choose_engine
from hearth.image.engines import Engine
from hearth.image.errors import ImageError

ROOT = project.root()
DOCKERFILE = project.Table.read(ROOT).dockerfile


@dataclass(frozen=True)
class Built:
    """The image, and what it was made with."""

    engine: Engine
    base: str
    context: Path


@pytest.fixture(scope="session")
def built() -> Iterator[Built]:
    """Skips where there is no engine or no base; a build that fails is a failure."""
    base_tar = Path(os.environ["BASE_TAR"]) if os.environ.get("BASE_TAR") else None
    if base_tar and not base_tar.is_file():
        pytest.skip(f"BASE_TAR={base_tar} is not there")
    try:
        # Nothing is pulled: a test needs nothing from a registry of images.
        wanted = base.default_base(ROOT / DOCKERFILE)
        engine, image = choose_engine(wanted, base_tar=base_tar, pull=False, say=print)
    except ImageError as error:
        pytest.skip(f"no image can be built here, unless BASE_TAR names a base in a file: {error}")
    with tempfile.TemporaryDirectory(prefix="hearth-image-") as made:
        folder = Path(made, "context")
        context.unpack(ROOT, DOCKERFILE, folder)
        files = building.network_files(Path(made), os.environ, ca="")
        building.build(engine, folder, DOCKERFILE, base=image, files=files, say=print)
        yield Built(engine, image, folder)


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty folder for the trial's database."""
    with tempfile.TemporaryDirectory(prefix="hearth-data-") as folder:
        yield Path(folder)
