"""gunicorn.conf.py, executed as gunicorn does: Hearth's settings, once the app's own are checked."""

import runpy
from pathlib import Path

import pytest

CONFIG = Path(__file__).parents[2] / "service" / "gunicorn.conf.py"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("APP_ENV", "FLASK_DEBUG", "GOOGLE_CLOUD_PROJECT", "GUNICORN_THREADS", "GUNICORN_WORKERS", "K_SERVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g")
    monkeypatch.setenv("DATABASE_URL", "firestore://demo-hearth")
    monkeypatch.setenv("AUTH", "none")
    monkeypatch.setenv("PORT", "8123")
    return monkeypatch


def test_it_has_what_cloud_run_asks_for(environment: pytest.MonkeyPatch) -> None:
    settings = runpy.run_path(str(CONFIG))

    assert settings["bind"] == "0.0.0.0:8123"
    assert settings["timeout"] == 0


def test_faults_of_the_server_and_of_the_app_are_told_together(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("PORT", "http")
    environment.setenv("SECRET_KEY", "")

    with pytest.raises(SystemExit):
        runpy.run_path(str(CONFIG))

    told = capsys.readouterr().out
    assert "PORT is 'http'" in told
    assert "SECRET_KEY is not set" in told
