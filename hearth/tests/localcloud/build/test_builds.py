"""Builds over the API, from the request to the image in the registry."""

import asyncio
import base64
import hashlib
import io
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hearth.localcloud.records import registry
from hearth.tests.localcloud.build.playground import (  # fmt: skip
    BUCKET,
    BUILDS,
    IMAGE,
    PROJECT,
    REPOSITORY,
    Playground,
    app,
    eventually,
    play,
    playing,
    public,
)

LOGGING = {"logging": "CLOUD_LOGGING_ONLY"}


def wheel(folder: Path, name: str = "greeting") -> str:
    """A lock file's lines for a package made here, so that no registry is asked."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"text = 'hello from {name}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:__name__.upper\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(zipfile.ZipInfo(path), text)
    built = folder / f"{name}-1.0-py3-none-any.whl"
    built.write_bytes(content.getvalue())
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    return f"{name} @ {built.as_uri()} \\\n    --hash=sha256:{digest}\n"


def locked(lock: str) -> dict[str, str]:
    """A service with a package, in the usual two stages."""
    dockerfile = """
FROM python:3.13-slim AS build
COPY requirements.txt /tmp/
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt
FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/srv:/opt/missing
COPY --from=build /opt/venv /opt/venv
COPY main.py /srv/
CMD ["/opt/venv/bin/python", "-c", "import greeting, os; os.environ['GREETING'] = greeting.text; import main"]
"""
    return app(dockerfile=dockerfile) | {"requirements.txt": lock}


def beside(folder: Path) -> dict[str, str | bytes]:
    """The same service, its package in a folder beside the lock file, which names it by version and hash."""
    files = locked("greeting==1.0 \\\n" + wheel(folder).partition("\n")[2])
    (built,) = folder.glob("*.whl")
    dockerfile = files["Dockerfile"].replace("COPY req", "COPY wheels /w\nCOPY req").replace(" -r ", " -f /w -r ")
    return {**files, "Dockerfile": dockerfile, f"wheels/{built.name}": built.read_bytes()}


def test_a_build_ends_with_its_image_in_the_registry(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        request = playground.build_request(app()) | {"tags": ["ctx-1"], "timeout": "60s"}
        operation = await playground.call("POST", BUILDS, request)
        ended = await playground.done("cloudbuild", operation)
        build = await playground.call("GET", f"{BUILDS}/{operation['metadata']['build']['id']}")
        digest = build["results"]["images"][0]["digest"]

        assert operation["metadata"]["build"]["status"] == "QUEUED"
        assert operation["name"].startswith(f"operations/build/{PROJECT}/")
        assert base64.urlsafe_b64decode(operation["name"].rpartition("/")[2]).decode() == build["id"]
        assert ended["response"] == {"@type": ended["response"]["@type"]} | build
        assert build["status"] == "SUCCESS"
        assert build["results"]["images"] == [{"name": f"{IMAGE}:latest", "digest": digest}]
        assert build["createTime"] <= build["startTime"] <= build["finishTime"]
        assert registry.resolve(playground.cloud.store, f"{IMAGE}:latest") == digest
        assert f"digest {digest}" in (playground.cloud.logs / "builds" / f"{build['id']}.log").read_text()
        assert not [key for key in build if key.startswith("_")]

    play(tmp_path, scenario)


def test_equal_content_gives_the_equal_digest_and_any_difference_another(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        async def digest(files: dict[str, str]) -> str:
            return (await playground.image(files)).partition("@")[2]

        first = await digest(app())

        assert await digest(app()) == first
        assert await digest(app() | {"not-copied.txt": "x"}) == first
        for other in (
            app("two"),
            app(dockerfile=app()["Dockerfile"].replace("MODE=image", "MODE=other")),
            app(dockerfile=app()["Dockerfile"].replace("COPY", "COPY --chmod=755")),
            app(dockerfile=app()["Dockerfile"].replace("/app", "/srv")),
            app(dockerfile=app()["Dockerfile"] + "USER nobody\n"),
        ):
            assert await digest(other) != first

    play(tmp_path, scenario)


def test_an_image_is_complete_and_not_written_to(tmp_path: Path) -> None:
    """Its bytecode is there too, or every instance would try to write it."""

    async def scenario(playground: Playground) -> None:
        digest = (await playground.image(app())).partition("@sha256:")[2]
        root = playground.cloud.images / digest / "root" / "app"

        assert stat.S_IMODE((root / "main.py").stat().st_mode) == 0o444
        assert [path.suffix for path in (root / "__pycache__").iterdir()] == [".pyc"]
        assert [path.name for path in playground.cloud.images.iterdir()] == [digest]

    play(tmp_path, scenario)


def test_a_service_runs_with_the_packages_of_its_lock_file(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(locked(wheel(tmp_path)))
        async with aiohttp.ClientSession() as client, client.get(f"{uri}/env") as answer:
            env = json.loads(await answer.text())
        environment = next(path for path in playground.cloud.environments.iterdir())
        script = (environment / "bin" / "greeting").read_text()

        assert env["GREETING"] == "hello from greeting"
        assert env["PYTHONPATH"].endswith("/root/srv:/opt/missing")
        assert env["PATH"].startswith(f"{environment}/bin:")
        assert ".making" not in script, "a script of the environment names the folder it was made in"

    play(tmp_path, scenario)


def test_plain_requirements_are_resolved_once_and_the_build_warns_of_it(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        files = locked(wheel(tmp_path).partition(" \\")[0])
        files["Dockerfile"] = files["Dockerfile"].replace(" --require-hashes", "")
        made = []
        for text in ("one", "two"):
            operation = await playground.call("POST", BUILDS, playground.build_request(files | {"text.txt": text}))
            ended = await playground.done("cloudbuild", operation)
            (lock,) = playground.cloud.locks.glob("*/requirements.txt")
            made.append((lock, lock.stat().st_ctime_ns))
            (warning,) = ended["response"]["warnings"]

            assert "--hash=sha256:" in lock.read_text()
            assert warning["priority"] == "WARNING"
            assert "requirements.txt lists packages without hashes" in warning["text"]
            assert warning["text"].endswith("mv requirements.txt requirements.in")
        image = next(playground.cloud.images.iterdir())

        assert made[0] == made[1]
        assert (image / "requirements.lock").read_text() == made[0][0].read_text()

    play(tmp_path, scenario)


def test_an_environment_is_made_once_for_a_lock_file(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        lock = wheel(tmp_path)
        await playground.image(locked(lock))
        made = {path: path.stat().st_ctime_ns for path in playground.cloud.environments.iterdir()}
        await playground.image(locked(lock) | {"main.py": "changed = True"})
        again = {path: path.stat().st_ctime_ns for path in playground.cloud.environments.iterdir()}
        await playground.image(locked(lock + wheel(tmp_path, "other")))

        assert again == made
        assert len(list(playground.cloud.environments.iterdir())) == 2

    play(tmp_path, scenario)


@pytest.mark.parametrize("packages", ["by address", "in a folder"])
def test_an_environment_that_was_deleted_is_made_again_from_the_image(tmp_path: Path, packages: str) -> None:
    async def scenario(playground: Playground) -> None:
        image = await playground.image(locked(wheel(tmp_path)) if packages == "by address" else beside(tmp_path))
        for environment in playground.cloud.environments.iterdir():
            environment.rename(tmp_path / "gone")
        ended = await playground.deploy(public(image))

        assert "response" in ended, ended

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("files", "type", "text"),
    [
        (app() | {"Dockerfile": "FROM x\nADD a b"}, "USER_BUILD_STEP", "does not understand ADD"),
        ({"main.py": ""}, "USER_BUILD_STEP", "unable to read Dockerfile"),
        (locked("flask==3.1.3\n"), "USER_BUILD_STEP", "`uv pip sync` failed"),
        (locked("-r other.txt\n"), "USER_BUILD_STEP", "includes another file"),
    ],
)
def test_a_build_that_fails_says_why(tmp_path: Path, files: dict[str, str], type: str, text: str) -> None:
    async def scenario(playground: Playground) -> None:
        operation = await playground.call("POST", BUILDS, playground.build_request(files))
        ended = await playground.done("cloudbuild", operation)
        build = await playground.call("GET", f"{BUILDS}/{operation['metadata']['build']['id']}")

        assert build["status"] == "FAILURE"
        assert build["failureInfo"]["type"] == type
        assert text in build["failureInfo"]["detail"]
        assert build["statusDetail"].splitlines()[-1] == f"ERROR: {build['failureInfo']['detail']}"
        assert text in ended["error"]["message"]
        assert "results" not in build
        assert not list(playground.cloud.environments.glob("*.making"))

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("change", "type", "text"),
    [
        (
            {"source": {"storageSource": {"bucket": BUCKET, "object": "nope"}}},
            "FETCH_SOURCE_FAILED",
            f"could not fetch gs://{BUCKET}/nope: Error 404",
        ),
        ({"source": {"repoSource": {}}}, "FETCH_SOURCE_FAILED", "must be a storageSource"),
        ({"images": [f"{IMAGE}:other"]}, "PUSH_IMAGE_NOT_FOUND", "failed to find one or more images"),
        ({"images": ["web"]}, "PUSH_FAILED", "REGION-docker.pkg.dev"),
        ({"steps": [{"name": "bash"}]}, "USER_BUILD_STEP", "its builder is 'bash'"),
    ],
)
def test_a_request_that_can_not_be_fulfilled_fails_as_a_build(
    tmp_path: Path, change: dict[str, Any], type: str, text: str
) -> None:
    async def scenario(playground: Playground) -> None:
        operation = await playground.call("POST", BUILDS, playground.build_request(app()) | change)
        build = (await playground.done("cloudbuild", operation))["metadata"]["build"]

        assert (build["status"], build["failureInfo"]["type"]) == ("FAILURE", type)
        assert text in build["failureInfo"]["detail"]

    play(tmp_path, scenario)


def test_pushing_to_a_repository_that_is_not_there_fails(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        playground.cloud.store.delete_below("artifactregistry")
        build = await playground.build(app())

        assert build["failureInfo"]["type"] == "PUSH_FAILED"
        assert "was not found" in build["failureInfo"]["detail"]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"serviceAccount": "ACCOUNT"}, "if 'build.service_account' is specified, the build must either"),
        (
            {"serviceAccount": "ACCOUNT", "options": {"logging": "LEGACY"}},
            "must either (a) specify 'build.logs_bucket'",
        ),
        ({"serviceAccount": "projects/p/serviceAccounts/no@one", "options": LOGGING}, "does not exist"),
        ({"steps": []}, "at least one build step is required"),
        ({"steps": ["x"]}, "'build.steps': expected objects"),
        ({"tags": "x"}, "'build.tags': expected a list"),
        ({"images": [1]}, "expected strings"),
        ({"timeout": "1h"}, "'1h' is not a duration"),
        ({"timeout": "0s"}, "timeout must be above 0s"),
        ({"timeout": "90000s"}, "at most 86400s"),
        ({"artifacts": {}}, "artifacts: not known to the local cloud"),
        ({"substitutions": {"_A": "b"}}, "does not play substitutions"),
        ({"tags": ["x"] * 65}, "more than 64 tags"),
    ],
)
def test_a_request_that_cloud_build_would_refuse_is_refused_at_once(
    tmp_path: Path, change: dict[str, Any], text: str
) -> None:
    async def scenario(playground: Playground) -> None:
        if change.get("serviceAccount") == "ACCOUNT":
            change["serviceAccount"] = f"projects/{PROJECT}/serviceAccounts/{playground.account('build')}"
        answer = await playground.call("POST", BUILDS, playground.build_request(app()) | change, status=400)

        assert text in answer["error"]["message"]
        assert await playground.call("GET", BUILDS) == {}

    play(tmp_path, scenario)


@pytest.mark.parametrize("allowed", [{"options": LOGGING}, {"options": {"logging": "NONE"}}, {"logsBucket": "gs://b"}])
def test_an_own_account_may_build_where_its_logs_have_a_place(tmp_path: Path, allowed: dict[str, Any]) -> None:
    async def scenario(playground: Playground) -> None:
        email = playground.account("build")
        playground.let(f"storage/b/{BUCKET}", "roles/storage.objectViewer", f"serviceAccount:{email}")
        playground.let(f"artifactregistry/{REPOSITORY}", "roles/artifactregistry.writer", f"serviceAccount:{email}")
        account = f"projects/{PROJECT}/serviceAccounts/{email}"
        request = playground.build_request(app()) | allowed | {"serviceAccount": account}
        ended = await playground.done("cloudbuild", await playground.call("POST", BUILDS, request))

        assert ended["metadata"]["build"]["status"] == "SUCCESS"

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("grants", "type", "text"),
    [
        ([], "FETCH_SOURCE_FAILED", "does not have storage.objects.get access"),
        (
            [(f"storage/b/{BUCKET}", "roles/storage.objectViewer")],
            "PUSH_NOT_AUTHORIZED",
            "Permission 'artifactregistry.repositories.uploadArtifacts' denied",
        ),
        ([(f"cloudresourcemanager/projects/{PROJECT}", "roles/cloudbuild.builds.builder")], None, ""),
    ],
)
def test_an_own_account_needs_its_grants(
    tmp_path: Path, grants: list[tuple[str, str]], type: str | None, text: str
) -> None:
    async def scenario(playground: Playground) -> None:
        email = playground.account("build")
        for resource, role in grants:
            playground.let(resource, role, f"serviceAccount:{email}")
        own = {"serviceAccount": f"projects/{PROJECT}/serviceAccounts/{email}", "options": LOGGING}
        operation = await playground.call("POST", BUILDS, playground.build_request(app()) | own)
        build = (await playground.done("cloudbuild", operation))["metadata"]["build"]

        assert build.get("failureInfo", {}).get("type") == type
        assert text in build.get("statusDetail", "")

    play(tmp_path, scenario)


def hanging(tmp_path: Path) -> dict[str, str]:
    """A build that goes on until it is ended: its package is read from a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "never-1.0-py3-none-any.whl")
    path = (tmp_path / "never-1.0-py3-none-any.whl").as_uri()
    return locked(f"never @ {path} --hash=sha256:{'0' * 64}\n")


def test_a_build_over_its_time_is_ended(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        request = playground.build_request(hanging(tmp_path)) | {"timeout": "1s"}
        build = (await playground.done("cloudbuild", await playground.call("POST", BUILDS, request)))["metadata"][
            "build"
        ]

        assert build["status"] == "TIMEOUT"
        assert build["statusDetail"].startswith("Build timed out after 1s.")
        assert not list(playground.cloud.environments.glob("*.making"))

    play(tmp_path, scenario)


def test_a_build_can_be_cancelled_and_the_next_one_runs(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        operation = await playground.call("POST", BUILDS, playground.build_request(hanging(tmp_path)))
        one = f"{BUILDS}/{operation['metadata']['build']['id']}"
        await eventually(lambda: _in(playground, one, "WORKING"))
        queued = await playground.call("POST", BUILDS, playground.build_request(app()) | {"tags": ["next"]})
        waiting = (await playground.call("GET", f'{BUILDS}?filter=tags="next" AND status="QUEUED"'))["builds"]
        cancelled = await playground.call("POST", f"{one}:cancel", {})

        assert [build["id"] for build in waiting] == [queued["metadata"]["build"]["id"]]
        assert cancelled["status"] == "CANCELLED"
        assert (await playground.done("cloudbuild", operation))["error"]["code"] == 10
        assert (await playground.done("cloudbuild", queued))["metadata"]["build"]["status"] == "SUCCESS"
        assert await playground.call("POST", f"{one}:cancel", {}) == cancelled

    play(tmp_path, scenario)


async def _in(playground: Playground, path: str, status: str) -> bool | None:
    return (await playground.call("GET", path))["status"] == status or None


def test_a_build_that_its_cloud_did_not_live_to_finish_has_failed_at_the_next_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(tmp_path) as playground:
            await playground.build(app())
            (done,) = playground.cloud.store.below("cloudbuild")
            # What a killed process leaves: stopping in order would have cancelled it.
            name = done[0].replace(done[1]["id"], "killed")
            playground.cloud.store.put(
                name, done[1] | {"status": "WORKING", "id": "killed", "name": name.partition("/")[2]}
            )
            (playground.cloud.environments / "x.making").mkdir()
            (playground.cloud.images / "x.making").mkdir()
        async with playing(tmp_path) as playground:
            build = await playground.call("GET", f"{BUILDS}/killed")

            assert build["status"] == "FAILURE"
            assert "stopped while this build was running" in build["statusDetail"]
            assert [*playground.cloud.images.glob("*.making"), *playground.cloud.environments.glob("*.making")] == []

    asyncio.run(scenario())


def test_builds_are_listed_newest_first_in_pages(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        ids = [(await playground.build(app(str(number))))["id"] for number in range(3)]
        first = await playground.call("GET", f"{BUILDS}?pageSize=2")
        second = await playground.call("GET", f"{BUILDS}?pageSize=2&pageToken={first['nextPageToken']}")

        assert [build["id"] for build in (*first["builds"], *second["builds"])] == ids[::-1]
        assert "nextPageToken" not in second

    play(tmp_path, scenario)


def test_builds_without_a_location_are_global_ones(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        short = BUILDS.replace("/locations/global", "")
        operation = await playground.call("POST", short, playground.build_request(app()))
        build = await playground.call("GET", f"{short}/{operation['metadata']['build']['id']}")

        assert "/locations/global/" in build["name"]
        await playground.call("GET", f"{BUILDS.replace('global', 'europe-west1')}/{build['id']}", status=404)

    play(tmp_path, scenario)
