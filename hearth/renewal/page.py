# ruff: noqa: E501 - a paragraph is a line

"""The page that says which of Google's types the local cloud plays, keeps and refuses; read off the code.

`python -m hearth catalog` writes it with the table, and a test holds it to the code.
"""

from collections import Counter
from pathlib import Path

from hearth.catalog import functions, types
from hearth.catalog.played import PLAYED, is_kept, short
from hearth.localcloud.standin import settings

PAGE = Path(__file__).parents[1] / "localcloud" / "TYPES.md"


def write() -> str:
    """The page as Markdown."""
    kept = Counter(short(token).partition(".")[0] for token in types.tokens() if is_kept(token))
    played = "\n".join(f"| `{short(token)}` | {what} |" for token, what in sorted(PLAYED.items()))
    worked_out = ", ".join(f"`organizations.{token.rpartition(':')[2]}`" for token in functions.EVALUATED)
    honoured, without_effect = (", ".join(f"`gcp:{key}`" for key in sorted(keys)) for keys in settings.KNOWN)
    return f"""# What the local cloud plays, keeps and refuses

Made by `python -m hearth catalog`, for pulumi-gcp {types.table_version()}; a test holds it to the code.
`make up`, `make status`, the console and `make preview` say how many resources of a stack are kept.

## Played

| Type | What of it there is |
| --- | --- |
{played}

## Kept

Every other type: {kept.total()} of them, in these modules.

{", ".join(f"`{module}` {count}" for module, count in sorted(kept.items()))}.

A resource that is kept is a record with its inputs and outputs, and does nothing.

- Names and types of properties, what is required, what a change replaces, names that are made up when they are left out, and ids are the provider's.
- An output that only Google could compute is a placeholder of the right form: the same at each run, another one for each resource. Hosts end with `.invalid`, addresses are of 198.18.0.0/15, times of 2001. A list has one item.
- No placeholder reaches a service or job that runs: the change is refused first, and says which variable would get the output of which resource. Ids and names that consist of inputs are none.
- A second resource of the same id, in the same project, is refused with 409. What Google numbers itself is numbered on, and grants never clash.
- `deletionProtection`, `deletionPolicy` and the other protections refuse, abandon or delete as on Google.
- Secret properties are encrypted in the state, and neither `make status` nor the console nor a list of the records shows any value.
- Refresh reads the record; one that is gone is gone. What is recorded can be imported and read by `.get`, by its id or the end of it.
- A type or a property that a newer SDK has dropped can still be read and deleted.
- Whether its API is switched on is not asked.

## Functions

{worked_out} are worked out. Of the others, those that read one resource (`compute.getNetwork`, `secretmanager.getSecretVersion`) are answered from what was deployed; with arguments that are not known yet, the answer is not known either.

## Refused

- Types and properties that pulumi-gcp does not have, with the nearest name.
- Functions that list, that read a policy, or that read what nobody deployed.
- An import of what was not deployed.
- Names of APIs that are not in `hearth/catalog/services.py`.
- Settings of the provider that are not known here. These count: {honoured}. These are taken and make no difference on this machine: {without_effect}.
- A project that is not called `demo-*`, but for the throwaway cloud of `make preview`.
"""
