"""Which toolkit a checkout runs: the folder there, or the installed one."""

from pathlib import Path

import hearth
from hearth.localcloud.commands.checkout import Checkout


def test_a_folder_in_the_checkout_comes_first(tmp_path: Path) -> None:
    (tmp_path / "hearth").mkdir()
    (tmp_path / "hearth" / "__init__.py").touch()

    assert Checkout(tmp_path).toolkit == tmp_path / "hearth"


def test_without_the_folder_it_is_the_one_that_runs(tmp_path: Path) -> None:
    """Compiled modules may be left where a folder was deleted by git."""
    (tmp_path / "hearth" / "__pycache__").mkdir(parents=True)

    assert Checkout(tmp_path).toolkit == Path(hearth.__file__).parent
