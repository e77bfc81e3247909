"""Clients of the Google APIs that the kinds call: one module per API, all over one `session`.

Each offers the few calls that are needed, in the API's own terms and JSON. Google's client libraries are left out:
they speak gRPC to most of these APIs, which a local cloud would have to play as well, and there is none for
Firebase Hosting.
"""
