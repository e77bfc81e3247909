"""The Pulumi provider `hearth`: what this stack needs and Google's own provider does not offer.

A module per resource kind (`image`, `settled`, `random_key`, `site_release`), the parts they are made of, and in
`clients/` the REST APIs they call. Kinds are thin: the rules lie in plain modules that know nothing of Pulumi.
Left out: whatever Google's provider does well.
"""
