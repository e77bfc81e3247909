"""The variables by which other people's command lines and libraries find the local cloud.

The Firebase CLI's are those of its own `lib/api.js`, gcloud's those of `gcloud topic configurations` (section
api_endpoint_overrides), the last one that of Google's libraries for Cloud Storage. Each of them adds an API's version
itself. Google's provider and ours have theirs in `hearth.catalog.apis`.

Left out: gcloud's for Cloud Run, which puts the region before the host, so that none on this machine will do.
"""

from hearth.catalog import apis
from hearth.localcloud.cloud import Ports
from hearth.localcloud.records.functions import PREFIX as FUNCTIONS

# Where it meets one that leads to Google, the Firebase CLI wants a person to sign in there: hence all of those that a
# deployment of Hosting may use, and the ones for what else is played.
_FIREBASE = {
    "CLOUD_APIKEYS_URL": apis.API_KEYS.prefix,
    "CLOUD_RUN_API_URL": apis.CLOUD_RUN.prefix,
    "CLOUD_RUN_URL": apis.CLOUD_RUN.prefix,
    "CLOUD_SECRET_MANAGER_URL": apis.SECRET_MANAGER.prefix,
    "CLOUD_SQL_URL": apis.SQL_ADMIN.prefix,
    "FIREBASE_API_URL": apis.FIREBASE.prefix,
    "FIREBASE_AUTH_MANAGEMENT_URL": apis.IDENTITY_TOOLKIT.prefix,
    "FIREBASE_CLOUDBUILD_URL": apis.CLOUD_BUILD.prefix,
    "FIREBASE_CLOUDLOGGING_URL": apis.LOGGING.prefix,
    "FIREBASE_FUNCTIONS_URL": FUNCTIONS,
    "FIREBASE_FUNCTIONS_V2_URL": FUNCTIONS,
    "FIREBASE_HOSTING_API_URL": apis.FIREBASE_HOSTING.prefix,
    "FIREBASE_IAM_URL": apis.IAM.prefix,
    "FIREBASE_IDENTITY_URL": apis.IDENTITY_TOOLKIT.prefix,
    "FIREBASE_RESOURCEMANAGER_URL": apis.RESOURCE_MANAGER.prefix,
    "FIREBASE_SERVICE_USAGE_URL": apis.SERVICE_USAGE.prefix,
    "FIREBASE_STORAGE_URL": apis.STORAGE.prefix,
    "FIRESTORE_URL": apis.FIRESTORE.prefix,
}

# Without a version, but for Storage, whose base URL has one.
_GCLOUD = {
    **{
        api.prefix: f"{api.prefix}/"
        for api in apis.APIS
        if api not in {apis.CLOUD_RUN, apis.FIREBASE, apis.FIREBASE_HOSTING, apis.IDENTITY_TOOLKIT, apis.SQL_ADMIN}
    },
    "sql": f"{apis.SQL_ADMIN.prefix}/",
    "storage": f"{apis.STORAGE.prefix}/{apis.STORAGE.version}/",
}


def client_variables(ports: Ports) -> dict[str, str]:
    """Variables by name, for the local cloud on these ports."""
    return {
        **{variable: f"{ports.origin}/{prefix}" for variable, prefix in _FIREBASE.items()},
        # What it prints in the end, with the site's id before the host.
        "FIREBASE_HOSTING_URL": f"http://localhost:{ports.edge}",
        # Any text will do, and without one it wants a person to sign in.
        "FIREBASE_TOKEN": "local",
        **{
            f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name.upper()}": f"{ports.origin}/{path}"
            for name, path in _GCLOUD.items()
        },
        # It asks nobody to sign in, and sends no token.
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
        "STORAGE_EMULATOR_HOST": f"{ports.origin}/{apis.STORAGE.prefix}",
    }
