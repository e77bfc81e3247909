"""JSON Merge Patch (RFC 7396)."""

from collections.abc import Mapping
from typing import Any


def merge(target: Any, patch: Any, *, keep_strays: bool = False) -> Any:
    """The target changed by the patch, which it leaves as it is: null removes a name, an object goes deeper.

    The function MergePatch of section 2. With `keep_strays`, a null for a name that is not there stays in the result,
    where it can be seen. Recursion is bounded by the depth of the patch, which the parser limits.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is not None:
            merged[name] = merge(merged.get(name), value, keep_strays=keep_strays)
        elif name in merged or not keep_strays:
            merged.pop(name, None)
        else:
            merged[name] = None
    return merged
