import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr, ValidationError

from flask_hearth import Hearth, checkouts, identity
from flask_hearth.rules.databases import DECLARED_IN, development_database
from flask_hearth.rules.secret_keys import DEVELOPMENT_KEY
from flask_hearth.settings import HearthSettings, SettingsError
from flask_hearth.stores.urls import Firestore, Sqlite

ROOT = Path(__file__).parents[2]
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
DATABASE_URL = "firestore://demo-hearth"
SQLITE = "sqlite:////tmp/x.sqlite3"
WEB_KEY = "AIzaSyD-made-up-for-tests-0123456789abc"
FIREBASE = {"SECRET_KEY": GOOD_KEY, "AUTH": "firebase", "FIREBASE_WEB_KEY": WEB_KEY}
TASKS = {
    "SECRET_KEY": GOOD_KEY,
    "TASKS_CALLER": "web-tasks@shop-prod.iam.gserviceaccount.com",
    "TASKS_AUDIENCE": "https://run.googleapis.com/v2/projects/shop-prod/locations/us-central1/services/web",
    "TASKS_QUEUE": "projects/shop-prod/locations/us-central1/queues/web",
}
FLASKS_DOCUMENTED_KEY = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"


def read(environ: Mapping[str, str]) -> HearthSettings:
    """Settings from these variables, and from a DATABASE_URL and an AUTH where it isn't about them."""
    return HearthSettings.from_env({"DATABASE_URL": DATABASE_URL, "AUTH": "none", **environ})


def test_production_is_what_an_environment_without_a_word_gets() -> None:
    settings = read({"SECRET_KEY": GOOD_KEY})

    assert settings.app_env == "production"
    assert not settings.is_development
    assert not settings.flask_debug


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({"APP_ENV": "development"}, "debug"),
        ({"APP_ENV": "staging", "SECRET_KEY": GOOD_KEY}, "info"),
        ({"APP_ENV": "production", "SECRET_KEY": GOOD_KEY}, "info"),
        ({"APP_ENV": "development", "LOG_LEVEL": "error"}, "error"),
        ({"APP_ENV": "production", "SECRET_KEY": GOOD_KEY, "LOG_LEVEL": "debug"}, "debug"),
    ],
)
def test_log_level_follows_the_environment_unless_set(environ: dict[str, str], level: str) -> None:
    assert read(environ).log_level == level


@pytest.mark.parametrize(
    ("environ", "debug"),
    [
        ({"APP_ENV": "development"}, True),
        ({"APP_ENV": "development", "FLASK_DEBUG": "0"}, False),
        ({"APP_ENV": "development", "K_SERVICE": "web", "SECRET_KEY": GOOD_KEY}, False),
        ({"APP_ENV": "development", "K_SERVICE": "web", "SECRET_KEY": GOOD_KEY, "FLASK_DEBUG": "false"}, False),
        ({"APP_ENV": "production", "SECRET_KEY": GOOD_KEY}, False),
        ({"APP_ENV": "staging", "SECRET_KEY": GOOD_KEY, "FLASK_DEBUG": "True"}, True),
    ],
)
def test_debug_is_on_in_development_but_never_where_strangers_come(environ: dict[str, str], *, debug: bool) -> None:
    assert read(environ).flask_debug is debug


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"APP_ENV": "development"}, 0),
        ({"APP_ENV": "staging", "SECRET_KEY": GOOD_KEY}, 0),
        ({"SECRET_KEY": GOOD_KEY}, 3600),
        ({"SECRET_KEY": GOOD_KEY, "SEND_FILE_MAX_AGE_DEFAULT": "0"}, 0),
        ({"APP_ENV": "development", "SEND_FILE_MAX_AGE_DEFAULT": "31536000"}, 31536000),
    ],
)
def test_how_long_files_are_kept_follows_the_environment_unless_set(environ: dict[str, str], seconds: int) -> None:
    assert read(environ).send_file_max_age_default == seconds


def test_lists_have_commas_and_space_around_them_counts_for_nothing() -> None:
    other = GOOD_KEY[::-1]
    settings = read(
        {
            "SECRET_KEY": GOOD_KEY,
            "SECRET_KEY_FALLBACKS": f"{other} ,{DEVELOPMENT_KEY[::-1]},",
            "TRUSTED_HOSTS": " www.example.com, shop--*.web.app",
        }
    )

    assert [key.get_secret_value() for key in settings.secret_key_fallbacks] == [other, DEVELOPMENT_KEY[::-1]]
    assert settings.trusted_hosts == ("www.example.com", "shop--*.web.app")
    assert other not in repr(settings)


def test_a_laptop_needs_no_key() -> None:
    settings = read({"APP_ENV": "development"})

    assert settings.secret_key.get_secret_value() == DEVELOPMENT_KEY


def test_empty_variables_count_as_not_set() -> None:
    """Cloud Run and .env files both can set a variable to nothing."""
    settings = read(
        {"APP_ENV": "", "LOG_LEVEL": "", "SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "", "K_SERVICE": ""}
    )

    assert settings == read({"SECRET_KEY": GOOD_KEY})


@pytest.mark.parametrize("project", ["demo-hearth", "abc-12", "example.com:my-project", "a" * 30])
def test_project_ids_are_taken(project: str) -> None:
    settings = read({"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": project})

    assert settings.google_cloud_project == project


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"APP_ENV": "prod", "SECRET_KEY": GOOD_KEY}, ["APP_ENV is 'prod'", "production"]),
        ({"APP_ENV": "Production", "SECRET_KEY": GOOD_KEY}, ["APP_ENV is 'Production'", "one of development"]),
        ({"LOG_LEVEL": "INFO", "SECRET_KEY": GOOD_KEY}, ["LOG_LEVEL is 'INFO'", "debug, info, warning, error"]),
        ({"FLASK_DEBUG": "2", "SECRET_KEY": GOOD_KEY}, ["FLASK_DEBUG is '2'", "1 or 0"]),
        (
            {"APP_ENV": "development", "K_SERVICE": "web", "FLASK_DEBUG": "1", "SECRET_KEY": GOOD_KEY},
            ["FLASK_DEBUG is '1' on Cloud Run", "tracebacks", "LOG_LEVEL=debug"],
        ),
        ({}, ["SECRET_KEY is not set", "outside development", "token_urlsafe", "APP_ENV=development"]),
        ({"APP_ENV": "staging"}, ["SECRET_KEY is not set", "outside development"]),
        ({"APP_ENV": "development", "K_SERVICE": "web"}, ["SECRET_KEY is not set", "on Cloud Run", "Secret Manager"]),
        ({"SECRET_KEY": GOOD_KEY[:31]}, ["SECRET_KEY has 31 characters", "below 32", "secrets.token_urlsafe"]),
        ({"SECRET_KEY": GOOD_KEY + "\n"}, ["SECRET_KEY", "white space", "echo"]),
        ({"SECRET_KEY": "changeme" * 5}, ["SECRET_KEY", "guess"]),
        ({"SECRET_KEY": DEVELOPMENT_KEY}, ["SECRET_KEY", "publicly known"]),
        ({"SECRET_KEY": FLASKS_DOCUMENTED_KEY}, ["SECRET_KEY", "publicly known"]),
        ({"SECRET_KEY": GOOD_KEY, "SECRET_KEY_FALLBACKS": f"{GOOD_KEY},short"}, ["key 2 of 2, has 5 characters"]),
        ({"SECRET_KEY": GOOD_KEY, "SECRET_KEY_FALLBACKS": DEVELOPMENT_KEY}, ["SECRET_KEY_FALLBACKS", "publicly known"]),
        ({"SECRET_KEY": GOOD_KEY, "SEND_FILE_MAX_AGE_DEFAULT": "-1"}, ["SEND_FILE_MAX_AGE_DEFAULT is '-1'", "0 to"]),
        ({"SECRET_KEY": GOOD_KEY, "WRITES_PER_MINUTE": "many"}, ["WRITES_PER_MINUTE is 'many'", "0 switches"]),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_HOPS": "11"}, ["TRUSTED_HOPS is '11'", "0 to 10"]),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_HOSTS": "https://a.example"}, ["TRUSTED_HOSTS has 'https://a.example'"]),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_HOSTS": "a.example:443"}, ["TRUSTED_HOSTS", "without scheme and port"]),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_HOSTS": "a.example, *"}, ["TRUSTED_HOSTS has '*'", "everything"]),
        ({"SECRET_KEY": GOOD_KEY, "TRUSTED_HOSTS": "www.*.example"}, ["TRUSTED_HOSTS has 'www.*.example'"]),
        ({"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "My Project"}, ["GOOGLE_CLOUD_PROJECT is 'My Project'"]),
        ({"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "123456789012"}, ["GOOGLE_CLOUD_PROJECT", "number"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_URL": ""}, ["DATABASE_URL is not set", "outside development", "firestore"]),
        (
            {"APP_ENV": "development", "K_SERVICE": "web", "SECRET_KEY": GOOD_KEY, "DATABASE_URL": ""},
            ["DATABASE_URL is not set"],
        ),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_URL": "mysql://u@h/d"}, ["DATABASE_URL begins with 'mysql://'"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_URL": "sqlite://"}, ["DATABASE_URL", "HEARTH_DATA_DIR"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_URL": "firestore://"}, ["DATABASE_URL", "GOOGLE_CLOUD_PROJECT"]),
        ({"SECRET_KEY": GOOD_KEY, "VIEWS_DATABASE_URL": "firestore://demo-x"}, ["VIEWS_DATABASE_URL", "no pair"]),
        (
            {"SECRET_KEY": GOOD_KEY, "DATABASE_URL": SQLITE, "VIEWS_DATABASE_URL": "sqlite:////tmp/v"},
            ["VIEWS_DATABASE_URL", "no pair"],
        ),
        (
            {"SECRET_KEY": GOOD_KEY, "DATABASE_URL": SQLITE, "VIEWS_DATABASE_URL": "mysql://u@h/d"},
            ["VIEWS_DATABASE_URL", "mysql://"],
        ),
        ({"SECRET_KEY": GOOD_KEY, "K_SERVICE": "web", "AUTH": ""}, ["AUTH is not set", "on Cloud Run", "app:auth"]),
        ({"SECRET_KEY": GOOD_KEY, "AUTH": "google"}, ["AUTH is 'google'", "none, firebase"]),
        (
            {"SECRET_KEY": GOOD_KEY, "AUTH": "firebase", "FIREBASE_WEB_KEY": WEB_KEY},
            ["AUTH is 'firebase' without GOOGLE_CLOUD_PROJECT"],
        ),
        ({"GOOGLE_CLOUD_PROJECT": "shop-prod"} | FIREBASE | {"FIREBASE_WEB_KEY": ""}, ["FIREBASE_WEB_KEY is not set"]),
        (
            {"GOOGLE_CLOUD_PROJECT": "shop-prod"} | FIREBASE | {"FIREBASE_WEB_KEY": "key of mine"},
            ["FIREBASE_WEB_KEY is 'key of mine'"],
        ),
        (
            {"GOOGLE_CLOUD_PROJECT": "shop-prod"} | FIREBASE | {"HEARTH_IDENTITY_ORIGIN": "http://127.0.0.1:4000"},
            ["HEARTH_IDENTITY_ORIGIN", "'shop-prod'", "authenticating users"],
        ),
        (
            {"GOOGLE_CLOUD_PROJECT": "demo-shop"} | FIREBASE | {"HEARTH_IDENTITY_ORIGIN": "file:///etc/keys"},
            ["HEARTH_IDENTITY_ORIGIN", "no keys can be fetched"],
        ),
        (
            {"GOOGLE_CLOUD_PROJECT": "shop-prod"} | TASKS | {"HEARTH_IDENTITY_ORIGIN": "http://127.0.0.1:4000"},
            ["HEARTH_IDENTITY_ORIGIN", "'shop-prod'", "callers"],
        ),
        (TASKS | {"TASKS_CALLER": "ada@example.com"}, ["TASKS_CALLER is 'ada@example.com'", "service account"]),
        (TASKS | {"TASKS_CALLER": "", "TASKS_QUEUE": ""}, ["TASKS_AUDIENCE and TASKS_CALLER", "Set both"]),
        (TASKS | {"TASKS_AUDIENCE": "", "TASKS_QUEUE": ""}, ["TASKS_AUDIENCE and TASKS_CALLER", "Set both"]),
        (TASKS | {"TASKS_CALLER": "", "TASKS_AUDIENCE": ""}, ["TASKS_QUEUE is set without", "Set all three"]),
        (TASKS | {"TASKS_QUEUE": "web"}, ["TASKS_QUEUE is 'web'", "full name"]),
        (TASKS | {"TASKS_QUEUE": "memory", "K_SERVICE": "web", "AUTH": "none"}, ["TASKS_QUEUE is 'memory'", "lost"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_POOL_SIZE": "0"}, ["DATABASE_POOL_SIZE is '0'", "1 to 100"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_POOL_SIZE": "many"}, ["DATABASE_POOL_SIZE is 'many'", "whole number"]),
        ({"SECRET_KEY": GOOD_KEY, "DATABASE_POOL_WAIT_SECONDS": "31"}, ["DATABASE_POOL_WAIT_SECONDS", "1 to 30"]),
    ],
)
def test_a_bad_value_is_told_with_what_why_and_fix(environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(environ)

    assert len(caught.value.faults) == 1
    for word in words:
        assert word in caught.value.faults[0]


def test_all_faults_come_at_once() -> None:
    """Fixing one per deployment would take as many deployments as there are faults."""
    with pytest.raises(SettingsError) as caught:
        read(
            {
                "APP_ENV": "live",
                "LOG_LEVEL": "loud",
                "FLASK_DEBUG": "maybe",
                "K_SERVICE": "web",
                "SECRET_KEY": "short",
                "GOOGLE_CLOUD_PROJECT": "?",
                "DATABASE_URL": "firestore://",
                "DATABASE_POOL_SIZE": "-1",
            }
        )

    named = [fault.split()[0] for fault in caught.value.faults]
    assert named == ["APP_ENV", "LOG_LEVEL", "FLASK_DEBUG", "SECRET_KEY", "GOOGLE_CLOUD_PROJECT", "DATABASE_POOL_SIZE"]
    assert "6 faults" in str(caught.value)


@pytest.mark.parametrize("key", ["hunter2-hunter2", "trailing-newline-of-a-good-long-key-abc\n", "abcabc" * 8])
def test_a_refused_key_is_not_repeated_in_the_message(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read({"SECRET_KEY": key})
    with pytest.raises(SettingsError) as fallback:
        read({"SECRET_KEY": GOOD_KEY, "SECRET_KEY_FALLBACKS": key.strip()[:31]})

    assert key.strip() not in str(caught.value)
    assert key.strip()[:31] not in str(fallback.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "a printed traceback would show what is chained"


def test_a_database_needs_no_url_on_a_laptop(tmp_path: Path) -> None:
    """In the checkout if there is a place for it, so that data outlives a restart of the machine."""
    settings = read({"APP_ENV": "development", "DATABASE_URL": ""})

    assert settings.database == Sqlite(path=development_database(ROOT))
    assert development_database(tmp_path).parent == Path(tempfile.gettempdir())
    (tmp_path / ".local").mkdir()
    assert development_database(tmp_path) == tmp_path / ".local" / "serve.sqlite3"


def test_a_laptops_database_lies_in_the_checkout_whatever_that_is_called(tmp_path: Path) -> None:
    local = tmp_path / "50%25 of ä?" / ".local"
    local.mkdir(parents=True)
    (local.parent / "Pulumi.yaml").touch()
    context = {DECLARED_IN: local.parent / "service" / "settings.py"}
    found = HearthSettings.model_validate({"app_env": "development"}, context=context)

    assert found.database == Sqlite(path=local / "serve.sqlite3")


@pytest.mark.parametrize("inside", ["service/app/settings.py", "settings.py", "a/b/c/d/settings.py"])
def test_a_checkout_is_known_by_its_topmost_file(tmp_path: Path, inside: str) -> None:
    """However deep an app lies in it; a folder in somebody's home that has the same name is none."""
    (tmp_path / "home" / "checkout").mkdir(parents=True)
    (tmp_path / "home" / ".local").mkdir()

    assert checkouts.find(tmp_path / "home" / "checkout" / inside) is None
    (tmp_path / "home" / "checkout" / "Pulumi.yaml").touch()
    assert checkouts.find(tmp_path / "home" / "checkout" / inside) == tmp_path / "home" / "checkout"


def test_settings_that_were_typed_in_lie_in_no_checkout() -> None:
    """As in a shell, where a class has no file."""

    class TypedIn(HearthSettings):
        __module__ = "nowhere"

    assert TypedIn.from_env({"APP_ENV": "development"}).database == Sqlite(path=development_database(None))


class ShopSettings(HearthSettings):
    """An app's own."""

    shop_name: str = "Corner shop"
    till_key: SecretStr | None = None


def test_an_app_adds_variables_of_its_own() -> None:
    """Checked, refused and handed to Flask together with all others."""
    given = {"SECRET_KEY": GOOD_KEY, "DATABASE_URL": DATABASE_URL}
    config = ShopSettings.from_env({**given, "SHOP_NAME": "Ada's", "TILL_KEY": "hunter2"}).config()

    assert (config["SHOP_NAME"], config["TILL_KEY"]) == ("Ada's", "hunter2")
    assert config == read(given).config() | {"SHOP_NAME": "Ada's", "TILL_KEY": "hunter2"}
    assert ShopSettings.stack_variables() - HearthSettings.stack_variables() == {"SHOP_NAME", "TILL_KEY"}
    assert "hunter2" not in repr(ShopSettings.from_env({**given, "TILL_KEY": "hunter2"}))


def test_flask_and_hearth_are_told_under_their_own_names_and_nothing_else_is() -> None:
    """What a part reads and nobody tells would keep its default without a word."""
    parts = Flask("any")
    Hearth(parts)
    told = read({"SECRET_KEY": GOOD_KEY}).config()

    assert {key for key in told if not key.startswith("HEARTH_")} <= set(parts.config)
    left_to_the_app = {"HEARTH_API_PATH", "HEARTH_HEALTH_PATH", "HEARTH_MIGRATIONS", "HEARTH_STATIC"}
    set_by_parts = {identity.CHECKED, identity.SIGN_IN}
    read_where_needed = {"HEARTH_FIREBASE_WEB_KEY", "HEARTH_IDENTITY_ORIGIN"} | {
        f"HEARTH_TASKS_{what}" for what in ("AUDIENCE", "CALLER", "QUEUE")
    }
    assert {key for key in told if key.startswith("HEARTH_")} == (
        {key for key in parts.config if key.startswith("HEARTH_")} - left_to_the_app - set_by_parts | read_where_needed
    )


def test_the_database_takes_what_its_url_leaves_out_from_the_environment() -> None:
    given = {"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "demo-hearth", "HEARTH_DATA_DIR": "/data"}

    assert read({**given, "DATABASE_URL": "sqlite://"}).database == Sqlite(path=Path("/data/service.sqlite3"))
    assert read({**given, "DATABASE_URL": "firestore://"}).database == Firestore(
        project="demo-hearth", database="(default)"
    )


def test_the_pool_of_connections_has_a_size_and_a_wait() -> None:
    settings = read({"SECRET_KEY": GOOD_KEY, "DATABASE_POOL_SIZE": "12"})

    assert (settings.database_pool_size, settings.database_pool_wait_seconds) == (12, 2)


def test_off_cloud_run_nobody_has_to_be_kept_out() -> None:
    assert read({"SECRET_KEY": GOOD_KEY, "AUTH": ""}).auth == "none"


@pytest.mark.parametrize("project", ["demo-shop", "shop-prod"])
def test_the_users_of_a_project_can_be_those_of_the_service(project: str) -> None:
    settings = read(FIREBASE | {"GOOGLE_CLOUD_PROJECT": project, "K_SERVICE": "web"})

    assert (settings.auth, settings.firebase_web_key, settings.hearth_identity_origin) == ("firebase", WEB_KEY, None)


def test_only_a_developers_tasks_wait_in_memory_without_a_word() -> None:
    development = {"APP_ENV": "development"}

    assert read(development).tasks_queue == "memory"
    assert read({"SECRET_KEY": GOOD_KEY}).tasks_queue is None
    assert read(development | {"SECRET_KEY": GOOD_KEY, "K_SERVICE": "web", "AUTH": "none"}).tasks_queue is None
    assert read(TASKS).tasks_queue == TASKS["TASKS_QUEUE"]


def test_a_database_password_is_masked_and_kept_out_of_messages() -> None:
    """A fault of another variable prints none of the others."""
    environ = {"SECRET_KEY": GOOD_KEY, "DATABASE_URL": "postgresql://u:hunter2@h/d"}

    assert "hunter2" not in repr(read(environ))
    for url in ("postgresql://u:hunter2@h", "postgresql://u:hunter2/x@h/d", "postgres://u:hunter2@h/d"):
        with pytest.raises(SettingsError) as caught:
            read({**environ, "DATABASE_URL": url})
        assert "hunter2" not in str(caught.value)


def test_a_key_is_masked_where_settings_are_printed() -> None:
    assert GOOD_KEY not in repr(read({"SECRET_KEY": GOOD_KEY}))


def test_settings_never_change() -> None:
    settings = read({"SECRET_KEY": GOOD_KEY})

    with pytest.raises(ValidationError, match="frozen"):
        settings.app_env = "development"


def test_the_stack_has_to_set_what_neither_cloud_run_nor_a_developer_does() -> None:
    assert HearthSettings.stack_variables() == {
        "APP_ENV",
        "AUTH",
        "DATABASE_POOL_SIZE",
        "DATABASE_POOL_WAIT_SECONDS",
        "DATABASE_URL",
        "FLASK_DEBUG",
        "GOOGLE_CLOUD_PROJECT",
        "LOG_LEVEL",
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "SEND_FILE_MAX_AGE_DEFAULT",
        "TRUSTED_HOPS",
        "TRUSTED_HOSTS",
        "WRITES_PER_MINUTE",
    }


def test_documents_of_views_may_be_in_firestore_beside_an_sql_database() -> None:
    views = "firestore://demo-hearth"
    settings = read({"SECRET_KEY": GOOD_KEY, "DATABASE_URL": SQLITE, "VIEWS_DATABASE_URL": views})

    assert settings.config()["HEARTH_VIEWS_DATABASE_URL"] == views
    assert read({"SECRET_KEY": GOOD_KEY}).config()["HEARTH_VIEWS_DATABASE_URL"] is None
    assert views not in repr(settings)
