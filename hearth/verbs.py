"""Every verb of `python -m hearth`: what it does, where it is, and which verbs come before it.

A module here has `main(arguments)`, which returns the exit code. It is imported when its verb is asked for, so that a
verb costs what it imports, and works where the packages of the others are not installed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verb:
    """`module` has its `main`; with `named`, that takes the verb as the first argument, and serves several."""

    does: str
    module: str
    named: bool = False
    first: tuple[str, ...] = ()
    """Verbs that have to have succeeded."""


_CLOUD = "hearth.localcloud.command_line"

GROUPS: dict[str, dict[str, Verb]] = {
    "On this machine": {
        "up": Verb(
            does="deploy stack `local` to the local cloud; later runs deploy only what changed",
            module=_CLOUD,
            named=True,
            first=("cli", "assets"),
        ),
        "stop": Verb(does="stop the local cloud, and keep its data", module=_CLOUD, named=True),
        "down": Verb(
            does="destroy stack `local` and its data, and stop the local cloud (--yes does not ask)",
            module=_CLOUD,
            named=True,
        ),
        "serve": Verb(
            does="run Flask with reload, without a deploy",
            module="hearth.flask_app",
            named=True,
            first=("assets",),
        ),
        "status": Verb(does="show what runs where", module=_CLOUD, named=True),
        "logs": Verb(does="show the logs (--follow keeps printing)", module=_CLOUD, named=True),
        "fire": Verb(does="make a schedule's call now (fire NAME)", module=_CLOUD, named=True),
        "env": Verb(
            does="print the variables that plain `pulumi -s local` needs", module=_CLOUD, named=True, first=("cli",)
        ),
        "cloud": Verb(does="run the local cloud alone, in the foreground", module=_CLOUD, named=True),
        "clean": Verb(does="stop everything, and delete .venv/ and .local/", module="hearth.clean"),
    },
    "Before a change lands": {
        "check": Verb(does="run lint, types, and the project's own tests", module="hearth.verify", named=True),
        "test": Verb(does="run lint, types, and every test", module="hearth.verify", named=True, first=("cli",)),
        "preview": Verb(
            does="show the infra diff between two revisions, offline", module="hearth.preview.command", first=("cli",)
        ),
        "image": Verb(
            does="build the image, and try it as Cloud Run would", module="hearth.image.command", first=("assets",)
        ),
        "bench": Verb(does="compare the service's framework with a peer", module="hearth.flask_app", named=True),
        "attack": Verb(
            does="send the service hostile inputs, beside an honest client", module="hearth.flask_app", named=True
        ),
    },
    "Files that follow from others": {
        "inventory": Verb(does="update the inventories of the stacks", module="hearth.testing.inventory"),
        "lock": Verb(does="update the lock files after a change of a requirements.in", module="hearth.lock"),
        "catalog": Verb(
            does="update the catalog of Google's types after an upgrade of pulumi-gcp", module="hearth.renewal.command"
        ),
        "openapi": Verb(does="update the API's document", module="hearth.flask_app", named=True),
        "firestore": Verb(
            does="update what a Firestore database needs of the app", module="hearth.flask_app", named=True
        ),
        "rename": Verb(does="rename the app everywhere", module="hearth.rename.command"),
        "diagram": Verb(does="draw a stack's resources", module="hearth.diagram.command", first=("cli",)),
        "assets": Verb(does="build the front end, if there is a package.json", module="hearth.assets"),
    },
    "For Google Cloud and CI": {
        "cli": Verb(does="install a Pulumi CLI in .local/pulumi/bin", module="hearth.pulumi_cli.command"),
        "bootstrap": Verb(does="list what a project lacks for a deployment", module="hearth.deployer.command"),
        "smoke": Verb(does="check that a deployed stack answers visitors", module="hearth.smoke"),
        "previews": Verb(does="write a preview of every cloud stack to files", module="hearth.ci.previews"),
        "comment": Verb(does="post those files to a pull request", module="hearth.ci.comment"),
    },
}

VERBS = {name: verb for group in GROUPS.values() for name, verb in group.items()}
