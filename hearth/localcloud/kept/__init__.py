"""Resources that the local cloud keeps and does not play: typed records, which do nothing.

The stand-in provider alone writes them (`hearth.localcloud.standin.kept`), in Pulumi's terms: types, ids, inputs and
outputs. Google has no such API.
"""
