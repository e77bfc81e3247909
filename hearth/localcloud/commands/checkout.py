"""Where things lie in a checkout. Everything that a command writes is under `.local`."""

from dataclasses import dataclass
from pathlib import Path

STACK = "local"


@dataclass(frozen=True)
class Checkout:
    root: Path

    @property
    def local(self) -> Path:
        return self.root / ".local"

    @property
    def cloud(self) -> Path:
        """The local cloud's own folder."""
        return self.local / "cloud"

    @property
    def ports(self) -> Path:
        """The ports that the local cloud has, or had last."""
        return self.local / "ports.json"

    @property
    def programs(self) -> Path:
        """The Pulumi CLI and what belongs to it."""
        return self.local / "pulumi" / "bin"

    @property
    def pulumi_home(self) -> Path:
        """Plugins and workspace of this checkout's local stack alone: another stack never sees the stand-in."""
        return self.local / "pulumi-home"

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.local / "state"

    @property
    def toolkit(self) -> Path:
        """The package `hearth` that a command in this checkout runs: the one that lies there, or the installed one."""
        own = self.root / "hearth"
        # Where the folder was deleted, compiled modules may be left of it.
        return own if (own / "__init__.py").is_file() else Path(__file__).parents[2]

    @property
    def python(self) -> Path:
        return self.root / ".venv" / "bin" / "python"
