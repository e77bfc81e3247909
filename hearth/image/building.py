"""The build itself, and what it alone gets to see of this machine."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from hearth.image.engines import Engine
from hearth.image.errors import ImageError

TAG = "localhost/hearth:trial"

_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian's OpenSSL, and with it pip, looks for whom to trust."""
_PIP = ("INDEX_URL", "EXTRA_INDEX_URL", "TRUSTED_HOST", "DEFAULT_TIMEOUT", "RETRIES")
"""pip's settings that mean the same in a container; paths of this machine don't."""
_TAIL = 25


def network_files(folder: Path, environ: Mapping[str, str], *, ca: str) -> dict[str, Path]:
    """Files that a build needs where only a mirror, or a proxy with certificates of its own, can be reached.

    By the path at which the build sees them. Writes to `folder`. Raises ImageError.
    """
    files = {}
    if certificates := ca or environ.get("SSL_CERT_FILE"):
        file = Path(certificates).absolute()
        if not file.is_file():
            raise ImageError(
                f"{'CA' if ca else 'SSL_CERT_FILE'}={certificates} is not a file, so pip would trust no server."
            )
        files[_CERTIFICATES] = file
    settings = {name: environ[f"PIP_{name}"] for name in _PIP if environ.get(f"PIP_{name}")}
    if settings:
        # A file instead of build arguments: an index's address may hold a password, which arguments leave in the image.
        lines = [f"{name.lower().replace('_', '-')} = {value}\n" for name, value in settings.items()]
        files["/etc/pip.conf"] = folder / "pip.conf"
        files["/etc/pip.conf"].write_text("[global]\n" + "".join(lines), encoding="utf-8")
    return files


def build(
    engine: Engine, folder: Path, dockerfile: str, *, base: str, files: Mapping[str, Path], say: Callable[[str], None]
) -> None:
    """Build the context in `folder` as TAG. Raises ImageError with the end of the build's output."""
    if files and not engine.mounts_in_builds:
        say(
            f"{engine.name} can't show {', '.join(files)} to a build alone. If pip then finds no packages, use podman, "
            "or a BASE that has them."
        )
    command = engine.build(folder, dockerfile=dockerfile, tag=TAG, base=base, shown=files)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise ImageError(
            f"{dockerfile} does not build.{_hint(done.stdout)} The end of what {engine.name} said:\n"
            + "\n".join(done.stdout.splitlines()[-_TAIL:])
        )


def _hint(output: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in output or "self-signed certificate" in output:
        return " The build trusts other certificates than this machine: name those in CA=FILE or SSL_CERT_FILE."
    return ""
