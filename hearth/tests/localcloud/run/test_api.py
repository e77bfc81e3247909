"""The Admin API's routes: masks, etags, dry runs, lists, revisions."""

from pathlib import Path

from hearth.tests.localcloud.build.playground import SERVICES, WEB, Playground, app, play, public


def test_a_dry_run_refuses_what_is_faulty_and_creates_nothing(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        faulty = public("x", timeout="1h")
        await playground.call("POST", f"{SERVICES}?serviceId=web&validateOnly=true", faulty, status=400)
        operation = await playground.call("POST", f"{SERVICES}?serviceId=web&validateOnly=true", public("x"))

        assert operation["done"]
        assert operation["response"]["template"]["timeout"] == "300s"
        await playground.call("GET", f"{SERVICES}/web", status=404)
        assert playground.cloud.store.below("run") == []

    play(tmp_path, scenario)


def test_only_what_a_mask_names_is_changed(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        before = await playground.call("GET", f"{SERVICES}/web")
        operation = await playground.call("PATCH", f"{SERVICES}/web?updateMask=labels", {"labels": {"a": "b"}})
        after = await playground.call("GET", f"{SERVICES}/web")

        assert operation["done"]
        assert operation["response"]["labels"] == {"a": "b"}
        assert after["template"] == before["template"]
        assert after["invokerIamDisabled"]
        assert after["latestReadyRevision"] == before["latestReadyRevision"]

    play(tmp_path, scenario)


def test_a_change_based_on_an_old_state_is_refused(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        old = await playground.call("GET", f"{SERVICES}/web")
        await playground.call("PATCH", f"{SERVICES}/web?updateMask=labels", {"labels": {}, "etag": old["etag"]})
        answer = await playground.call("PATCH", f"{SERVICES}/web", old, status=409)

        assert answer["error"]["status"] == "ABORTED"
        assert f"version '{old['etag']}' was specified" in answer["error"]["message"]

    play(tmp_path, scenario)


def test_creating_what_exists_is_a_conflict_and_changing_what_does_not_is_not_found(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.call("PATCH", f"{SERVICES}/web", public("x"), status=404)
        await playground.serve(app())
        await playground.call("POST", f"{SERVICES}?serviceId=web", public("x"), status=409)
        await playground.call("POST", f"{SERVICES}?serviceId=Web", public("x"), status=400)
        await playground.call("POST", SERVICES, public("x"), status=400)

    play(tmp_path, scenario)


def test_a_service_can_not_run_as_an_account_that_is_not_there(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        service = public("x", serviceAccount="nobody@demo-hearth.iam.gserviceaccount.com")
        answer = await playground.call("POST", f"{SERVICES}?serviceId=web", service, status=403)

        assert "Permission 'iam.serviceaccounts.actAs' denied on service account nobody@" in answer["error"]["message"]

    play(tmp_path, scenario)


def test_services_and_revisions_are_listed_without_private_fields(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        await playground.serve(app("two"))
        services = (await playground.call("GET", SERVICES))["services"]
        revisions = (await playground.call("GET", f"{SERVICES}/web/revisions"))["revisions"]

        assert [service["name"] for service in services] == [WEB]
        assert [name["name"].rpartition("-")[0].rpartition("/")[2] for name in revisions] == ["web-00002", "web-00001"]
        assert not [key for document in (*services, *revisions) for key in document if key.startswith("_")]

    play(tmp_path, scenario)


def test_an_old_revision_can_be_deleted_and_the_serving_one_can_not(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        await playground.serve(app("two"))
        new, old = (await playground.call("GET", f"{SERVICES}/web/revisions"))["revisions"]
        await playground.call("DELETE", f"/run/v2/{new['name']}", status=400)
        operation = await playground.call("DELETE", f"/run/v2/{old['name']}")

        assert operation["response"]["name"] == old["name"]
        await playground.call("GET", f"/run/v2/{old['name']}", status=404)
        assert len((await playground.call("GET", f"{SERVICES}/web/revisions"))["revisions"]) == 1

    play(tmp_path, scenario)


def test_a_body_that_is_no_object_is_refused(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.call("POST", f"{SERVICES}?serviceId=web", [], status=400)

    play(tmp_path, scenario)
