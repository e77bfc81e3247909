"""`make preview`: the difference between two revisions of the infra, without any cloud.

The base revision is deployed onto a records-only local cloud that is thrown away, the head revision is previewed on
it by the real engine, and what the engine says is summarized for a reviewer. Left out: drift, which is what
`pulumi preview` with credentials shows.
"""
