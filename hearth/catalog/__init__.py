"""Facts about Google Cloud that both sides of the boundary read.

The Pulumi program, its provider and the unit tests stand on one side, the local cloud that plays Google on the
other; neither imports the other. What both must agree on stands here, once: the resource types (`types`), what is
lost with a resource (`losses`), the roles that a deployment needs (`roles`), and where each API lives (`apis`). No
behaviour: a rule belongs to the side that enforces it.
"""
