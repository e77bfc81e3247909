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
            does="deploy stack `local` on the local cloud; again: only what changed",
            module=_CLOUD,
            named=True,
            first=("cli", "assets"),
        ),
        "down": Verb(does="destroy stack `local` and stop the local cloud", module=_CLOUD, named=True),
        "serve": Verb(
            does="the inner loop: Flask with reload, no deploy",
            module="hearth.flask_app",
            named=True,
            first=("assets",),
        ),
        "status": Verb(does="what runs where", module=_CLOUD, named=True),
        "logs": Verb(does="logs of services, jobs and edge (--follow goes on)", module=_CLOUD, named=True),
        "env": Verb(
            does="lines with which plain `pulumi -s local` works in a shell", module=_CLOUD, named=True, first=("cli",)
        ),
        "cloud": Verb(does="the local cloud alone, in the foreground", module=_CLOUD, named=True),
        "clean": Verb(does="stop everything, and delete .venv/ and .local/", module="hearth.clean"),
    },
    "Before a change lands": {
        "check": Verb(does="lint, types, and the project's own tests", module="hearth.verify", named=True),
        "test": Verb(does="lint, types, every test", module="hearth.verify", named=True, first=("cli",)),
        "preview": Verb(
            does="the infra diff of two revisions, offline", module="hearth.preview.command", first=("cli",)
        ),
        "image": Verb(
            does="build the image, and try it as Cloud Run would", module="hearth.image.command", first=("assets",)
        ),
        "bench": Verb(does="the service's framework against a peer", module="hearth.flask_app", named=True),
    },
    "Files that follow from others": {
        "inventory": Verb(does="what the stacks declare, into their inventories", module="hearth.testing.inventory"),
        "lock": Verb(does="the lock files, after a change of a requirements.in", module="hearth.lock"),
        "catalog": Verb(
            does="the catalog of Google's types, after an upgrade of pulumi-gcp", module="hearth.renewal.command"
        ),
        "openapi": Verb(does="the API's document, after a change of the API", module="hearth.flask_app", named=True),
        "rename": Verb(does="call the app by another name, everywhere", module="hearth.rename.command"),
        "diagram": Verb(does="a stack's resources as a picture", module="hearth.diagram.command", first=("cli",)),
        "assets": Verb(does="the front end's own build, where there is a package.json", module="hearth.assets"),
    },
    "For Google Cloud and CI": {
        "cli": Verb(does="have a Pulumi CLI in .local/pulumi/bin", module="hearth.pulumi_cli.command"),
        "bootstrap": Verb(does="what a project lacks before the first deployment", module="hearth.deployer.command"),
        "smoke": Verb(does="whether what was just deployed answers visitors", module="hearth.smoke"),
        "previews": Verb(does="a preview of every cloud stack, as files", module="hearth.ci.previews"),
        "comment": Verb(does="post those files to a pull request", module="hearth.ci.comment"),
    },
}

VERBS = {name: verb for group in GROUPS.values() for name, verb in group.items()}
