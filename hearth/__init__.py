"""The toolkit of a Hearth project: what deploys, previews and tests a Pulumi program, and a cloud to do so locally.

`python -m hearth` is its command line. A program imports `hearth.resources`, `hearth.guards`, `hearth.hosting`,
`hearth.faults`, `hearth.target` and `hearth.catalog`; its tests import `hearth.testing`. Nothing in here imports the
program or the app: what is needed of them is read off declared resources, or from `[tool.hearth]` in pyproject.toml.
"""

__version__ = "0.1.0"
