"""What each setting of the service may be, by subject; `flask_hearth.settings` says which setting follows which rule.

A rule gets the value as the environment has it (None where it has none) and the settings before it that are right, and
returns the value to use or raises ValueError: what is wrong with it, why it matters, how to fix it.
"""
