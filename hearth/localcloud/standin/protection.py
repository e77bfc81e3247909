"""The two ways in which a program keeps a resource from being deleted, or replaced, by mistake.

Google's provider refuses by itself, before any request, in these words but for Terraform's name.
"""

from hearth.plugin.kinds import ProviderError, Values


def check_deletable(title: str, state: Values) -> None:
    """Raise ProviderError unless the state allows the deletion."""
    if state.get("deletionProtection"):
        raise ProviderError(
            f"cannot destroy {title.lower()} without setting deletion_protection=false and running `pulumi up`. "
            "Set it on the resource (deletion_protection=False), run `pulumi up`, then delete or replace it."
        )
    if state.get("deletionPolicy") == "PREVENT":
        raise ProviderError(
            f'cannot destroy {title} without setting deletion_policy="DELETE" and running `pulumi up`. '
            'Set it on the resource (deletion_policy="DELETE"), run `pulumi up`, then delete or replace it.'
        )
