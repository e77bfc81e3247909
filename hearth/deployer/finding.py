"""What a check found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "missing", "unknown"]


@dataclass(frozen=True)
class Finding:
    state: State
    what: str
    fix: str = ""


def explain_no_answer(status: int, message: str) -> str:
    """Why something is unknown; `status` is 0 where nobody answered."""
    return f"could not be looked up ({f'HTTP {status}' if status else 'no answer'}: {message or 'no reason given'})"
