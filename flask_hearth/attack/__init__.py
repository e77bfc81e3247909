"""Hostile inputs against a server as it is deployed, beside an honest client: `python -m flask_hearth.attack`.

For a server on this machine alone. What it finds is what a stranger with one computer could do. Left out: floods, which
only more instances are good for, and everything that an app means by its requests.
"""
