"""What is taken for a secret, by name and by value, and what is not."""

import pytest

from hearth.guards.secret_texts import is_secret_name, why_secret

# fmt: off
SECRET_NAMES = (
    "SECRET_KEY", "SECRET_KEY_BASE", "SECRET_KEY_FALLBACKS", "RAILS_MASTER_KEY", "APP_KEY", "JWT_KEY", "STRIPE_KEY",
    "API_KEY_2", "apikey", "APIKEY", "AWS_SECRET_ACCESS_KEY", "AccountKey", "TLS_PRIVATE_KEY", "STRIPE_API_KEY",
    "WEB_API_KEY", "PGPASSWORD", "MYSQL_PWD", "Pwd", "DB_PASS", "DB_PASSWORD", "PASSWORD_OLD", "db-password",
    "spring.datasource.password", "dbPassword", "MYSQLPASSWORD", "WEB_PASSWORD", "HTTP_PASSWD", "SIGNING_PASSPHRASE",
    "GITHUB_TOKEN", "accessToken", "APITOKEN", "TOKEN_ID_SECRET", "CLIENT_SECRET", "CACHE_SECRET", "SMTP_CREDS",
    "AZURE_CREDENTIALS", "API_KEY_REGION_EU",
)
HARMLESS_NAMES = (
    "DB_PASSWORD_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "PWD", "OLDPWD", "SECRET_NAME", "SECRET_ID",
    "AWS_ACCESS_KEY_ID", "TOKEN_URL", "TOKEN_LIFETIME_SECONDS", "PASSWORD_MIN_LENGTH", "MAX_TOKENS",
    "REDIS_KEY_PREFIX", "PUBLIC_KEY", "STRIPE_PUBLISHABLE_KEY", "FIREBASE_WEB_KEY", "RECAPTCHA_SITE_KEY", "KMS_KEY",
    "SORT_KEY", "SESSION_COOKIE_NAME", "LOG_LEVEL", "AUTH", "KEYBOARD", "MONKEY", "KEYCLOAK_HOST", "BYPASS",
    "PASSENGER_APP_ENV", "TOKENIZER", "PATH",
)
# fmt: on


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_name_that_speaks_of_a_secret_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_a_name_that_is_about_a_secret_or_of_something_else_is_harmless(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://app:hunter2@10.0.0.3/app",
        "postgresql+psycopg://u:p@h/d",
        "mysql+pymysql://u:p@h/d",
        "mongodb+srv://u:p@h",
        "redis://:p@h:6379/0",
        "redis://:p@a,redis://b",
        "postgres://u:1234@h/d",
        "postgres://u:p/w@h/d",
        "postgres://u:p@w@h/d",
        "postgres://u:p:w@h/d",
        "amqps://u:p%40w@h",
        "user:password@tcp(h:3306)/d",
        "u:pw@/d",
        "see postgres://u:p@h/d",
        "a://h:80/x,b://u:p@h",
    ],
)
def test_an_address_with_a_password_is_a_secret_whatever_its_scheme(value: str) -> None:
    assert why_secret("DATABASE_URL", value) == "it is a URL with a password"


@pytest.mark.parametrize(
    "value",
    [
        "host=h password=x dbname=d",
        "password = x",
        "Server=h;Uid=u;Pwd=p;",
        "Server=h;User ID=u;Password=p",
        "Endpoint=sb://h;SharedAccessKey=abc==",
        "jdbc:postgresql://h/d?user=u&password=p",
        "https://h/?api_key=1",
        '{"user": "u", "password": "x"}',
        '{"type": "service_account", "private_key": "x"}',
    ],
)
def test_a_text_with_a_pair_that_is_named_like_a_secret_is_one(value: str) -> None:
    assert why_secret("CONNECTION", value) == "it contains a password or another secret"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "it is a private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "it is a private key"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", "it is a private key"),
        ("ghp_" + "a" * 36, "it is an access token"),
        ("github_pat_" + "a" * 82, "it is an access token"),
        ("glpat-" + "a" * 20, "it is an access token"),
        ("xoxb-123-456-abc", "it is an access token"),
        ("sk_" + "live_" + "a" * 24, "it is an access token"),
        ("GOCSPX-" + "a" * 28, "it is an access token"),
    ],
)
def test_a_key_or_token_of_a_known_form_is_a_secret(value: str, why: str) -> None:
    assert why_secret("GREETING", value) == why


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://app@/app?host=/cloudsql/p:r:i",
        "postgresql://h:5432/d",
        "https://h:8080/a@b",
        "https://h:443?mail=a@b.example",
        "http://[::1]:8080/a@b",
        "https://u@h",
        "redis://h:6379,redis://u@h",
        "mailto:a@b.example",
        "Server=h;Password=;",
        "host=h user=u",
        "https://h/?max_tokens=5",
        '{"password": ""}',
        '[{"key": "colour", "value": "red"}]',
        '{"token_uri": "https://h"}',
        "-----BEGIN PUBLIC KEY-----",
        "12:30",
        "projects/p/secrets/s",
        "",
    ],
)
def test_what_has_no_secret_in_it_passes(value: str) -> None:
    assert why_secret("GREETING", value) == ""


@pytest.mark.parametrize("value", ["true", "False", "no", "off", "0"])
def test_a_switch_is_no_secret(value: str) -> None:
    assert why_secret("REQUIRE_PASSWORD", value) == ""
    assert why_secret("DB_PASSWORD", f"{value}!") != ""


@pytest.mark.parametrize("value", ["a" * 32_000, "a " * 16_000, "://" * 10_000, "a=" * 16_000, "x:" * 16_000])
def test_a_long_value_is_judged_too(value: str) -> None:
    """As long as Cloud Run takes one: 32 KiB."""
    assert why_secret("GREETING", value) == ""
