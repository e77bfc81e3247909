"""A kind's Diff in the form that the engine prints and acts on."""

from pulumi.runtime.proto import provider_pb2

from hearth.plugin.diff import holds, parse_path, root
from hearth.plugin.kinds import DiffResult, Values

_KIND = {
    # (was there, is there, replaces)
    (False, True, False): provider_pb2.PropertyDiff.ADD,
    (False, True, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (True, False, False): provider_pb2.PropertyDiff.DELETE,
    (True, False, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
}


def diff_response(diff: DiffResult, old: Values, new: Values) -> provider_pb2.DiffResponse:
    """Whether each path was added, deleted or updated is read off the old and the new inputs."""
    paths = sorted(diff.changed | diff.replace)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if paths else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=list(dict.fromkeys(root(path) for path in paths)),
        replaces=sorted(diff.replace),
        deleteBeforeReplace=diff.delete_before_replace,
        hasDetailedDiff=True,
        detailedDiff={path: _property_diff(path, replaces=path in diff.replace, old=old, new=new) for path in paths},
    )


def _property_diff(path: str, *, replaces: bool, old: Values, new: Values) -> provider_pb2.PropertyDiff:
    steps = parse_path(path)
    was, now = holds(old, steps), holds(new, steps)
    update = provider_pb2.PropertyDiff.UPDATE_REPLACE if replaces else provider_pb2.PropertyDiff.UPDATE
    # What neither side declares is something that drifted: the engine then shows the old value from the outputs.
    return provider_pb2.PropertyDiff(kind=_KIND.get((was, now, replaces), update), inputDiff=was or now)
