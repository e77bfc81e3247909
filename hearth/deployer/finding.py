"""What a check found."""

from dataclasses import dataclass
from typing import Literal

from hearth.deployer.google import Answer
from hearth.deployer.target import Target

State = Literal["ok", "missing", "unknown"]


@dataclass(frozen=True)
class Finding:
    state: State
    what: str
    fix: str = ""


def explain_no_answer(status: int, message: str) -> str:
    """Why something is unknown; `status` is 0 where nobody answered."""
    return f"could not be looked up ({f'HTTP {status}' if status else 'no answer'}: {message or 'no reason given'})"


def is_off(answer: Answer) -> bool:
    """Whether the API itself is not enabled in the project that the question was counted against."""
    return "SERVICE_DISABLED" in str(answer.body)


def off(what: str, api: str, target: Target) -> Finding:
    """What can't be looked up because its API is off, as in every new project. The program needs no such API."""
    fix = f"gcloud services enable {api} --project={target.project}"
    return Finding("missing", f"{what}: {api} is off, so that it can't be looked up", fix)
