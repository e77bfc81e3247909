"""Firebase Authentication: people make accounts and sign in, and get ID tokens that this very cloud vouches for.

Tokens are signed, unlike those of Firebase's own emulator, with a key that this cloud made for itself: a service checks
them as it checks Google's, and takes none of another cloud's. Left out: refreshing tokens, second factors, other ways
to sign in than an address and a password; mail, which goes to the log.
"""

from hearth.localcloud.identity.routes import Identity

__all__ = ["Identity"]
