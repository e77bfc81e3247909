"""`make bench`: what the service costs, as ratios against a peer in the same run on the same machine.

The service is the sample app (`flask_hearth.testing.sample`), with the settings that a stack gives one; the peer
(`flask_hearth.bench.peer`) is how a widely read tutorial builds the same API. Ratios, because a time says more of a
machine than of a program; both sides take turns, and medians are compared, because machines are noisy. Left out:
the network, Google's machines, and Firestore itself, whose emulator is fair to both sides but fast at nothing.
"""
