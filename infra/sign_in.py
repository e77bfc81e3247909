"""Firebase Authentication (Identity Platform): users with an email address and a password.

The key is one of the browser's: it says which project a sign-in is for, and is no secret (Firebase, "Learn about using
and managing API keys"). What it may be used for is all the same kept to signing in, and to pages of this site.

Left out: other ways to sign in, which need a client registered with each provider, and a page that a window of theirs
can report to; the users themselves.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from hearth.catalog import apis
from infra import site_hosts
from infra.settings import Auth, StackSettings

APIS: dict[Auth, list[str]] = {"none": [], "firebase": [apis.API_KEYS.name, apis.IDENTITY_TOOLKIT.name]}
"""What has to be enabled besides what every stack needs."""

LISTENING = ["firestore.googleapis.com", "securetoken.googleapis.com"]
"""What a page calls besides, with the same key, that listens to Firestore: Firebase's web SDK sends the key with each
call, and renews ID tokens, which are good for an hour. What it gets there, the security rules say, not the key."""

VARIABLE = "FIREBASE_WEB_KEY"


class SignIn(pulumi.ComponentResource):
    """Accounts of the project's users, and the key with which a page asks for them."""

    web_key: Output[str]

    def __init__(
        self, name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:SignIn", name, None, opts)
        domains = site_hosts.public(stack)
        # The mail for a new password leads to Google's own page, which is on this host whatever the site is called, and
        # uses this key.
        pages = dict.fromkeys((*domains, f"{stack.project}.firebaseapp.com"))
        gcp.identityplatform.Config(
            name,
            project=stack.project,
            authorized_domains=[*domains],
            sign_in=gcp.identityplatform.ConfigSignInArgs(
                email=gcp.identityplatform.ConfigSignInEmailArgs(enabled=True, password_required=True),
                # Said, because Google's provider reads it back whatever there is: left out, it would be a change at
                # every `up`.
                phone_number=gcp.identityplatform.ConfigSignInPhoneNumberArgs(enabled=False),
                # Accounts made by anybody in one call would make "needs a user" an empty word.
                anonymous=gcp.identityplatform.ConfigSignInAnonymousArgs(enabled=False),
            ),
            # Set in both cases: if it were left out, Google would keep the value from before.
            client=gcp.identityplatform.ConfigClientArgs(
                permissions=gcp.identityplatform.ConfigClientPermissionsArgs(
                    disabled_user_signup=stack.sign_up == "closed"
                )
            ),
            # Identity Platform can't be taken out of a project again, and the users stay with it.
            opts=ResourceOptions(parent=self, depends_on=after, retain_on_delete=True),
        )
        targets = [apis.IDENTITY_TOOLKIT.name, *(LISTENING if stack.database == "firestore" else [])]
        # Without a name of ours: a deleted key's stays taken for 30 days, so that the stack could not come back.
        key = gcp.projects.ApiKey(
            f"{name}-web-key",
            project=stack.project,
            display_name="Sign-in page",
            restrictions=gcp.projects.ApiKeyRestrictionsArgs(
                api_targets=[gcp.projects.ApiKeyRestrictionsApiTargetArgs(service=target) for target in targets],
                # Google goes by the Referer, so the pages' Referrer-Policy has to let other hosts know the origin.
                browser_key_restrictions=gcp.projects.ApiKeyRestrictionsBrowserKeyRestrictionsArgs(
                    allowed_referrers=[f"https://{domain}/*" for domain in pages]
                ),
            ),
            # By default Google refuses to delete a key that somebody used within the last seven days.
            deletion_policy="FORCE",
            opts=ResourceOptions(parent=self, depends_on=after),
        )
        # Each visitor's browser gets it: encrypted in the state, it would only look like something to guard.
        self.web_key = Output.unsecret(key.key_string)
        self.register_outputs({})
