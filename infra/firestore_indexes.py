"""The composite indexes of the service's queries, which firestore.indexes.json lists.

The file is written from the declarations by `make firestore`, so that the program need not import the service. An index
that changes is another one: it is built before the service's new revision starts, and the old one goes after it has.
Not tried on Google.
"""

from collections.abc import Iterable

import pulumi
import pulumi_gcp as gcp
from pulumi import CustomTimeouts, ResourceOptions

from hearth.firestore_indexes import Index
from infra.settings import StackSettings


def declare(
    name: str,
    stack: StackSettings,
    *,
    indexes: Iterable[Index],
    database: gcp.firestore.Database,
    parent: pulumi.Resource,
) -> list[gcp.firestore.Index]:
    """Declare them. Whoever queries waits for the result."""
    return [
        gcp.firestore.Index(
            f"{name}-{index.name}",
            project=stack.project,
            database=database.name,
            collection=index.collection,
            query_scope=index.scope,
            fields=[
                gcp.firestore.IndexFieldArgs(field_path=each.path, order=each.order, array_config=each.array_config)
                for each in index.fields
            ],
            # Built within minutes where there is little, and for as long as it takes where there is much.
            opts=ResourceOptions(parent=parent, custom_timeouts=CustomTimeouts(create="6h")),
        )
        for index in indexes
    ]
