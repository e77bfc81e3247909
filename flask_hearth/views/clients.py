"""What a page hands to Firebase's web SDK, so that its script can listen to documents of views for a signed-in user.

The page has it from the service, and not from Hosting's /__/firebase/init.json: that knows no database's name, no local
cloud, and a key only where a web app is registered with Firebase. Left out: the SDK, which is the page's own, and who
may read, which Firestore's security rules settle (`flask_hearth.views.readers`).
"""

import os
from typing import Any, Final

from flask import current_app

from flask_hearth import headers, identity, storage
from flask_hearth.auth.issuer import Issuer
from flask_hearth.stores import urls

EMULATOR: Final = "FIRESTORE_EMULATOR_HOST"
"""Read here as by Google's own client, so that both go to the same database."""

_GOOGLE: Final = "https://firestore.googleapis.com"


def web_configuration() -> dict[str, Any]:
    """For a page of this request, which may then connect there; no other page may.

    `app` is what `initializeApp` takes, `database` the database's id; `authEmulator` (an origin) and
    `firestoreEmulator` (`HOST:PORT`) are None on Google. Raises RuntimeError where nobody can sign in, or no document
    of a view is in Firestore.
    """
    config = current_app.config
    if not config.get(identity.CHECKED):
        raise RuntimeError(
            "HEARTH_AUTH is not 'firebase', so no user can sign in, and Firestore's security rules let no stranger "
            "read. Set AUTH=firebase (on a stack: app:auth)."
        )
    project, apart = config["HEARTH_GOOGLE_CLOUD_PROJECT"], config["HEARTH_VIEWS_DATABASE_URL"]
    place = urls.parse(apart, project=project, data_dir=None) if apart else storage.url(current_app)
    if not isinstance(place, urls.Firestore):
        raise RuntimeError(  # noqa: TRY004 - of a text, not of a type
            "Documents of views are not in Firestore, and browsers can listen to no other database. Set DATABASE_URL "
            "(on a stack: app:database), or HEARTH_VIEWS_DATABASE_URL, to a firestore:// address."
        )
    issuer = Issuer.of(config)
    emulator = os.environ.get(EMULATOR)
    headers.allow_connections_to(
        issuer.sign_in_origin, issuer.renewal_origin, f"http://{emulator}" if emulator else _GOOGLE
    )
    return {
        "app": {"apiKey": issuer.web_key, "projectId": place.project},
        "database": place.database,
        "authEmulator": issuer.local_origin,
        "firestoreEmulator": emulator,
    }
