"""Clients' documents, in which they ask for changes of views: a trigger tells the service of each new one (Eventarc).

It calls as an account of its own, whose token the service looks for. Which views can be changed so, and who writes
such documents, are the app's to say, in its views and in service/firestore.rules.

Roles and location are those of Eventarc, "Route Cloud Firestore events to Cloud Run". Eventarc keeps an event for a day
and calls again until it is answered. Left out: a topic for what it gave up on. Not tried on Google.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from flask_hearth import edit_names
from infra.settings import StackSettings

API = "eventarc.googleapis.com"
APIS = (API, "eventarcpublishing.googleapis.com", "pubsub.googleapis.com")
"""What has to be enabled besides what every stack needs. Eventarc transports events by Pub/Sub."""

ROLE = "roles/eventarc.eventReceiver"
"""What the account is granted on the project."""

VARIABLE = "EDITS_CALLER"


def caller(name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource]) -> gcp.serviceaccount.Account:
    """The account as which the trigger calls; made before the service, which has to know it."""
    return gcp.serviceaccount.Account(
        name,
        project=stack.project,
        account_id=stack.names.edits_account,
        display_name="Tells the web service of clients' documents",
        opts=ResourceOptions(depends_on=after, protect=stack.protect),
    )


class ClientEdits(pulumi.ComponentResource):
    """The trigger, and how long answered documents stay."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        caller: gcp.serviceaccount.Account,
        service: Output[str],
        database: pulumi.Resource,
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:ClientEdits", name, None, opts)
        agent = gcp.projects.ServiceIdentity(
            f"{name}-agent", project=stack.project, service=API, opts=ResourceOptions(parent=self, depends_on=after)
        )
        may_receive = gcp.projects.IAMMember(
            f"{name}-receiver",
            project=stack.project,
            role=ROLE,
            member=caller.member,
            opts=ResourceOptions(parent=self),
        )
        may_call = gcp.cloudrunv2.ServiceIamMember(
            f"{name}-invoker",
            project=stack.project,
            location=stack.region,
            name=service,
            role="roles/run.invoker",
            member=caller.member,
            opts=ResourceOptions(parent=self),
        )
        gcp.firestore.Field(
            f"{name}-expiry",
            project=stack.project,
            database=stack.firestore_database,
            collection=edit_names.EDITS,
            field=edit_names.EXPIRES,
            ttl_config=gcp.firestore.FieldTtlConfigArgs(),
            # As of the idempotency keys (`infra.firestore`).
            index_config=gcp.firestore.FieldIndexConfigArgs(),
            skip_wait=True,
            opts=ResourceOptions(parent=self, depends_on=[database]),
        )
        path_pattern = gcp.eventarc.TriggerMatchingCriteriaArgs(
            attribute="document", operator="match-path-pattern", value=edit_names.PATTERN
        )
        exactly = {"type": "google.cloud.firestore.document.v1.created", "database": stack.firestore_database}
        gcp.eventarc.Trigger(
            name,
            project=stack.project,
            # Of the database, not of the service; a trigger of a database in several regions is in these as well.
            location=stack.firestore_location,
            name=stack.names.edits_trigger,
            service_account=caller.email,
            event_data_content_type="application/protobuf",
            matching_criterias=[
                *(
                    gcp.eventarc.TriggerMatchingCriteriaArgs(attribute=attribute, value=value)
                    for attribute, value in exactly.items()
                ),
                path_pattern,
            ],
            destination=gcp.eventarc.TriggerDestinationArgs(
                cloud_run_service=gcp.eventarc.TriggerDestinationCloudRunServiceArgs(
                    service=service, region=stack.region, path=edit_names.PATH
                )
            ),
            opts=ResourceOptions(parent=self, depends_on=[agent, may_receive, may_call, database]),
        )
        self.register_outputs({})
