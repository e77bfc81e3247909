"""Hearth for Flask: the parts of a service that are the same for every domain, as one Flask extension.

    from flask_hearth import Hearth

    Hearth(declarations=DECLARATIONS).init_app(app)

Importing this package imports neither Flask nor Pydantic: who publishes static files reads the same names of them
(`flask_hearth.staticfiles`) and may have neither installed. So `Hearth` is looked up when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask_hearth.extension import Hearth

__all__ = ["Hearth", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Hearth":
        from flask_hearth.extension import Hearth

        return Hearth
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
