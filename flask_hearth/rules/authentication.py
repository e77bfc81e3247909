"""Who checks credentials: AUTH has to be said on Cloud Run, and what checking needs has to be there."""

import re
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from flask_hearth.rules.values import check_choice

Auth = Literal["none", "firebase"]

LOCAL_PROJECT_PREFIX: Final = "demo-"
"""Projects that exist on a local cloud only, by Firebase's convention."""

_WEB_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,200}")


def auth(value: object, info: ValidationInfo) -> object:
    """The rule of AUTH. Off Cloud Run nobody has to be kept out unless somebody says so."""
    if value is None:
        if info.data.get("k_service"):
            raise ValueError(
                "AUTH is not set: on Cloud Run there is no default, because without sign-in everybody may change "
                "everything. Set it to firebase, or to none if that is intended, as the stack does with app:auth."
            )
        return "none"
    check_choice("AUTH", value, get_args(Auth), "nobody's credentials would be checked")
    # The project's own fault, if it has one, is told already.
    if value == "firebase" and info.data.get("google_cloud_project", "unknown") is None:
        raise ValueError(
            "AUTH is 'firebase' without GOOGLE_CLOUD_PROJECT: a token is valid for one project, and the service would "
            "not know for which. Set it to the id of the project that the users are in."
        )
    return value


def web_key(value: object, info: ValidationInfo) -> object:
    """The rule of FIREBASE_WEB_KEY."""
    if value is None:
        if info.data.get("auth") == "firebase":
            raise ValueError(
                "FIREBASE_WEB_KEY is not set: with AUTH=firebase the sign-in page needs it to name the project to "
                "Google. Set it to an API key of the project that may call Identity Toolkit, as the stack does."
            )
        return None
    if not _WEB_KEY.fullmatch(str(value)):
        raise ValueError(
            f"FIREBASE_WEB_KEY is {value!r}: that is not an API key, so nobody could sign in. Copy it from the "
            "project's console (APIs & Services, Credentials), or unset it with AUTH=none."
        )
    return value


def identity_origin(value: str | None, info: ValidationInfo) -> str | None:
    """The rule of HEARTH_IDENTITY_ORIGIN: whoever answers there says who everybody is."""
    # Who checks nobody is not concerned, wherever the local cloud is.
    if value is None or (info.data.get("auth") != "firebase" and info.data.get("tasks_caller") is None):
        return value
    project = str(info.data.get("google_cloud_project"))
    parts = urlsplit(value)
    if not project.startswith(LOCAL_PROJECT_PREFIX):
        raise ValueError(
            f"HEARTH_IDENTITY_ORIGIN is {value!r} in the project {project!r}: it replaces Google in authenticating "
            f"users and callers, which is only allowed in a project named {LOCAL_PROJECT_PREFIX}... on a local cloud. "
            "Unset it."
        )
    if parts.scheme != "http" or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ValueError(
            f"HEARTH_IDENTITY_ORIGIN is {value!r}: no keys can be fetched from there. The local cloud sets it to its "
            "own origin, such as http://127.0.0.1:4000; unset it elsewhere."
        )
    return value
