"""What a Pulumi provider written in Python needs, and nothing of what it provides.

`kinds` is the contract that resource kinds are written against, `servicer` speaks Pulumi's provider protocol for
them, `values` converts between the protocol's values and plain Python. The SDK has a server of its own
(`pulumi.provider.experimental`); docs/adr tells why it is not used.
"""
