"""A local cloud on which the Pulumi program of this repository deploys as it is. README.md tells its boundary."""
