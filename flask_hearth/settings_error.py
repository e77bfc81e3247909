"""The error of an environment that no service can start with. Apart from the settings, which need Pydantic."""

from collections.abc import Sequence

import click


class SettingsError(click.ClickException):
    """The environment is not one to start with; the text lists every fault, each with what, why and fix.

    An error of Click's, so that commands of Flask's end with this text and 1, and without a traceback.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  - ".join([f"The service can't start with this environment ({counted}):", *faults]))
