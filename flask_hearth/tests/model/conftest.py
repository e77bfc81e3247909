"""Each store in turn with an app that declares a few models; without objects at the beginning of a test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Store
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.model.cities import CITIES, app_over, stored
from flask_hearth.tests.model.objects import OBJECTS
from flask_hearth.tests.model.trips import TRIPS
from flask_hearth.tests.model.users import USERS
from flask_hearth.tests.model.vehicles import RIDES, VEHICLES
from flask_hearth.tests.model.visits import VISITS

if TYPE_CHECKING:
    from flask_hearth.testing.firestore_emulator import FirestoreEmulator


DECLARATIONS = (CITIES, OBJECTS, USERS, TRIPS, VISITS, VEHICLES, RIDES)


@dataclass(frozen=True)
class Place:
    """A database, and the store that the app at work has on it."""

    url: str
    store: Store

    def stored(self, declaration: Declaration, id: str) -> Mapping[str, Any]:
        return stored(self.url, declaration, id)


@pytest.fixture(scope="module", params=KINDS)
def place(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Place]:
    url = databases.url(request.param, DECLARATIONS)
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "firestore":
            emulator: FirestoreEmulator = request.getfixturevalue("firestore_emulator")
            patch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
        yield Place(url, databases.open_url(url, DECLARATIONS))


@pytest.fixture(autouse=True)
def at_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """The app's context, for tests that have a place."""
    if "place" not in request.fixturenames:
        yield
        return
    place: Place = request.getfixturevalue("place")
    with app_over(place.store, *DECLARATIONS).app_context():
        yield
    for declaration in DECLARATIONS:
        while records := place.store.page(declaration, limit=100).records:
            for record in records:
                place.store.delete(declaration, record.id, expected=None)
