import pytest

from app import create_app
from app.settings import AppSettings, SettingsError

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


@pytest.mark.parametrize(("environ", "debug"), [({"APP_ENV": "development"}, True), ({"SECRET_KEY": GOOD_KEY}, False)])
@pytest.mark.parametrize("word", ["0", "1"])
def test_debug_is_what_the_settings_say_and_not_what_flask_reads_itself(
    monkeypatch: pytest.MonkeyPatch, database_url: str, environ: dict[str, str], word: str, *, debug: bool
) -> None:
    """Flask looks at FLASK_DEBUG whenever an app is made, also where the settings forbid it."""
    monkeypatch.setenv("FLASK_DEBUG", word)

    assert create_app(AppSettings.from_env({"DATABASE_URL": database_url, **environ})).debug is debug


def test_without_settings_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "nowhere")

    with pytest.raises(SettingsError, match="APP_ENV is 'nowhere'"):
        create_app()
