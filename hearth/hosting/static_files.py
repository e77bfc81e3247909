"""The files that Hosting serves, as the program declares them.

Which files, and by which names, `flask_hearth.staticfiles` says.

Left out: the caching of each name, which the release derives from the names themselves.
"""

from collections.abc import Mapping
from pathlib import Path

import pulumi

from flask_hearth.staticfiles import folder as published_folder
from flask_hearth.staticfiles import names


class StaticFilesError(pulumi.RunError):
    """The folder holds something that can't be published; shown without a traceback."""


def digests(folder: Path) -> dict[str, str]:
    """Every file below `folder`: its path on the site (`/css/a.css`) and the SHA-256 of its bytes in hex, by path.

    Raises StaticFilesError.
    """
    try:
        return {path: published_folder.digest(file) for path, file in published_folder.files(folder).items()}
    except published_folder.StaticFilesError as fault:
        raise StaticFilesError(str(fault)) from None
    except OSError as fault:
        raise StaticFilesError(
            f"{fault.filename} cannot be read ({fault.strerror}), so it can't be published. Correct its permissions, "
            "or remove it."
        ) from None


def warn_of_missing_build(root: Path, folder: Path) -> None:
    """Say at preview that what `npm run build` makes is not there: it would be taken off the site."""
    if (root / "package.json").is_file() and not (folder / "dist").is_dir():
        pulumi.log.warn(
            f"package.json has a build of its own, and {folder.name}/dist/ is not there: its files would not be on the "
            "site. Run `make assets` first."
        )


def with_twins(digests: Mapping[str, str]) -> dict[str, str]:
    """These files and their twins, by path. Raises StaticFilesError."""
    try:
        return dict(sorted({**digests, **names.twins(digests)}.items()))
    except names.ClashError as clash:
        raise StaticFilesError(str(clash)) from None
