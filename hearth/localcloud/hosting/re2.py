r"""Regular expressions of Hosting's rules: RE2's syntax, evaluated by Python's `re`.

The two languages overlap. What RE2 refuses (lookaround, back references, possessive quantifiers and the like) is
refused here too, so that a rule that works locally deploys; what only RE2 has (`\pL`, `\Q..\E`, `[[:alpha:]]`)
is refused because it can't be evaluated here. Left out: RE2's guarantee of linear time. Rules come from the person
who deploys, and run on that person's machine.
"""

import re
from functools import cache

_LONGEST = 2048
_MOST_REPEATS = 1000  # RE2's own limit for {n,m}
_GROUP = re.compile(r"\(\?(?:P<[A-Za-z_]\w*>|[ims]*(?:-[ims]+)?[:)]|<(?![=!])[A-Za-z_]\w*>)")
_REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_REFUSED_ESCAPES = {
    "Z": "RE2 has no \\Z; write \\z or $",
    "p": "Unicode classes are not evaluated by this local cloud",
    "P": "Unicode classes are not evaluated by this local cloud",
    "Q": "\\Q..\\E is not evaluated by this local cloud; escape the characters one by one",
    "E": "\\Q..\\E is not evaluated by this local cloud; escape the characters one by one",
    "C": "\\C is not evaluated by this local cloud",
}


@cache
def compile_regex(text: str) -> re.Pattern[str]:
    """The pattern, to be searched for in a path. Raises ValueError, saying what RE2 or this module does not take."""
    if not text:
        raise ValueError("a regex can't be empty")
    if len(text) > _LONGEST:
        raise ValueError(f"the regex has {len(text)} characters; at most {_LONGEST} are accepted")
    try:
        return re.compile(_python(text))
    except re.error as error:
        raise ValueError(f"`{text}` is not a regular expression: {error}") from None


def _python(text: str) -> str:
    """The same pattern as Python writes it; walks once over it, in and out of character classes."""
    out: list[str] = []
    at = 0
    in_class = False
    while at < len(text):
        step = text[at]
        if step == "\\":
            step = _escape(text, at, in_class=in_class)
            out.append({"\\z": r"\Z"}.get(step, step))
        elif in_class:
            if text.startswith("[:", at) and ":]" in text[at:]:
                raise ValueError("POSIX classes such as [[:alpha:]] are not evaluated by this local cloud")
            # Python warns about a [ inside a class, which it may give a meaning later.
            out.append(r"\[" if step == "[" else step)
            in_class = step != "]"
        elif step == "[":
            head = re.compile(r"\[\^?\]?").match(text, at)
            step = head[0] if head else step
            out.append(step)
            in_class = True
        elif text.startswith("(?", at):
            group = _GROUP.match(text, at)
            if group is None:
                raise ValueError(f"RE2 has no `{text[at : at + 4]}`: lookaround, conditions and back references")
            step = group[0]
            out.append(step.replace("(?<", "(?P<"))
        elif step == "$":
            # Python's $ also matches before a last line feed.
            out.append(r"\Z")
        else:
            step = _quantifier(text, at) or step
            out.append(step)
        at += len(step)
    return "".join(out)


def _escape(text: str, at: int, *, in_class: bool) -> str:
    follower = text[at + 1 : at + 2]
    if follower in _REFUSED_ESCAPES:
        raise ValueError(_REFUSED_ESCAPES[follower])
    if follower.isdigit() and follower != "0" and not in_class:
        raise ValueError(f"RE2 has no back references: `\\{follower}`")
    return text[at : at + 2]


def _quantifier(text: str, at: int) -> str | None:
    """The quantifier at this place with its `?`, or None. Refuses what follows it if that is another quantifier."""
    repeat = _REPEAT.match(text, at)
    if repeat:
        if max(int(bound) for bound in repeat.groups() if bound) > _MOST_REPEATS:
            raise ValueError(f"RE2 repeats at most {_MOST_REPEATS} times: `{repeat[0]}`")
        mark = repeat[0]
    elif text[at] in "*+?":
        mark = text[at]
    else:
        return None
    lazy = text[at + len(mark) : at + len(mark) + 1] == "?"
    whole = mark + ("?" if lazy else "")
    if text[at + len(whole) : at + len(whole) + 1] in tuple("*+?"):
        raise ValueError(f"RE2 allows no quantifier after a quantifier: `{text[at : at + len(whole) + 1]}`")
    return whole
