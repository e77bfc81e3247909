"""A Pulumi CLI on a machine that may have none: found on PATH, downloaded, or built from Go modules.

`python -m hearth cli` leaves `pulumi` and a Python language host in `.local/pulumi/bin`. `sources` knows the
three ways to a CLI, `install` tries them and keeps what was found, `language_host` stands in for the official host
beside a CLI that was built. Needs nothing but the standard library, and the SDK for a download.

Left out: Windows outside WSL, and every language but Python.
"""
