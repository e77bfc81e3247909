"""An image that one stack built and another one runs, in a project of its own on the same local cloud."""

import json

import pytest

from hearth.tests.engine.deployment import Deployment

IMAGE = "hearth:build:Image"
PAGE, FORMER, NEW = "service/app/templates/index.html", "Flask + Firebase", "Flask and Firebase"


class Live:
    """The other stack, `live` in the project demo-live."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        file = deployment.root / "Pulumi.live.yaml"
        text = (deployment.root / "Pulumi.local.yaml").read_text(encoding="utf-8")
        file.write_text(text.replace("demo-hearth", "demo-live"), encoding="utf-8")
        self.run("stack", "init", "live")

    def run(self, *arguments: str) -> str:
        done = self._deployment.pulumi(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def up(self, image: str) -> str:
        """Deploy with that `app:image`; what the engine printed."""
        self.run("config", "set", "app:image", image, "--stack", "live")
        return self.run("up", "--yes", "--stack", "live")

    def outputs(self) -> dict[str, str]:
        outputs: dict[str, str] = json.loads(self.run("stack", "output", "--json", "--stack", "live"))
        return outputs

    def page(self) -> str:
        return self._deployment.get("/", self.outputs()["serviceUrl"]).text


@pytest.fixture
def live(fresh: Deployment) -> Live:
    fresh.up()
    return Live(fresh)


def test_a_promoted_image_comes_back_when_the_stack_that_built_it_is_gone(fresh: Deployment, live: Live) -> None:
    built = live.up("")
    former = fresh.resource(IMAGE)["outputs"]
    promoted = live.up(former["ref"])
    assert live.outputs()["imageRef"] == former["ref"].replace("demo-hearth", "demo-live")
    assert FORMER in live.page()
    fresh.edit(PAGE, FORMER, NEW)
    fresh.up()
    newer = live.up(fresh.resource(IMAGE)["outputs"]["ref"])
    assert NEW in live.page()

    live.run("destroy", "--yes", "--stack", "local")
    back = live.up(former["ref"])

    assert FORMER in live.page()
    assert live.outputs()["imageRef"].endswith(f"demo-live/web/web@{former['digest']}")
    for output in (built, promoted, newer, back):
        assert " deleted" not in output, output
        assert " replaced" not in output, output
    assert "copies the record of the image, and nothing more" in promoted
