"""Rules of Google Cloud and of this program about values that reach it from outside, as pure functions.

Each module owns one subject and yields `hearth.faults.Fault`s; none of them knows Pulumi or where a value came from.
Not here: what only Google can tell, such as whether a project exists or a quota is left.
"""
