"""What Google Cloud and GitHub offer and take, as tables, patterns and plain functions, each with its source.

They know nobody's configuration. Not here: what only Google can tell, such as whether a project exists, a global name
is free or a quota is left.
"""
