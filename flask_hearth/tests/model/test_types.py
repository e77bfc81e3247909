"""Objects of several types in one collection, told apart by a field, on each store."""

from dataclasses import replace
from typing import Annotated, Any, Literal, assert_type

import pytest
from flask import Flask, current_app
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import Field, ValidationError

from flask_hearth import Hearth
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, ReadOnly, StoredAs
from flask_hearth.model.reference import Ref
from flask_hearth.stores import kinds
from flask_hearth.stores.interface import MissingError, TakenError
from flask_hearth.stores.queries import QueryError
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.model.cities import app_over
from flask_hearth.tests.model.conftest import Place
from flask_hearth.tests.model.vehicles import RIDES, VEHICLES, Bike, Car, Engine, Ride, Vehicle
from flask_hearth.views import checks
from flask_hearth.views.declaration import Key, View

FIELDS = {"name", "vehicleKind", "sold", "doorCount", "seats", "engine", "plateText", "key", "gears", "rides"}


def saved() -> tuple[Car, Bike]:
    car = Car.create(id="car", name="Fiat", doors=3, engine=Engine(power=50), plate="RO 1")
    bike = Bike.create(id="bike", name="Bianchi", gears=21)
    car.save()
    bike.save()
    return car, bike


def test_each_object_is_read_as_what_it_was_saved_as(place: Place) -> None:
    car, bike = saved()

    found = Vehicle.get("car")

    assert_type(found, Vehicle)
    assert_type(Car.get("car"), Car)
    assert isinstance(found, Car)
    assert (found, found.doors, found.seats, found.engine) == (car, 3, 5, Engine(power=50))
    assert (Vehicle.get("bike"), Bike.get("bike")) == (bike, bike)
    assert list(Vehicle.where()) == [car, bike]
    assert Vehicle.get_many(["bike", "car"]) == {"bike": bike, "car": car}
    stored = place.stored(VEHICLES, "bike")
    assert stored.keys() >= FIELDS
    assert (stored["vehicleKind"], stored["gears"], stored["doorCount"]) == ("bike", 21, None)


def test_a_type_finds_its_own_objects_alone(place: Place) -> None:
    car, bike = saved()

    for attempt in (lambda: Car.get("bike"), lambda: Bike.get("car")):
        with pytest.raises(MissingError):
            attempt()
    assert Car.get_many(["car", "bike"]) == {"car": car}
    assert (list(Car.where()), list(Bike.where())) == ([car], [bike])
    assert list(Car.where(("doors", "==", 3), order="name")) == [car]
    assert (Vehicle.count(), Car.count(), Bike.count(), Vehicle.count(("doors", "==", 3))) == (2, 1, 1, 1)
    with pytest.raises(QueryError, match=r"Add \('kind', 'name'\) to its declaration's indexes"):
        Car.where(order="name")


def test_an_object_is_changed_and_deleted_and_stays_what_it_is(place: Place) -> None:
    car, bike = saved()

    car.update(doors=5)
    with pytest.raises(ValidationError):
        bike.update(kind="car")
    with pytest.raises(TakenError):
        Car(name="Lancia", doors=3, plate="RO 1").save()
    bike.delete()

    assert list(Vehicle.where()) == [car]
    assert Car.get("car").doors == 5


def test_what_is_of_no_type_is_not_saved(place: Place) -> None:
    with pytest.raises(ValueError, match=r"Vehicle is of no type that vehicles has\. Make one of these: Car, Bike"):
        Vehicle(name="Ufo", kind="car").save()

    assert Vehicle.count() == 0


def test_a_reference_to_any_of_them_leads_to_its_type(place: Place) -> None:
    car, _ = saved()
    ride = Ride(vehicle=Ref(car))
    ride.save()

    assert Ride.get(ride.id).vehicle.get() == car
    assert "Fiat" in current_app.test_client().get(f"/rides/{ride.id}").text


def test_a_field_that_came_later_has_its_default_in_older_objects(place: Place) -> None:
    saved()
    older = dict(place.store.get(VEHICLES, "bike").fields) | {"gears": None}
    place.store.replace(VEHICLES, "bike", older, expected=None)

    assert Bike.get("bike").gears == 1
    assert current_app.test_client().get("/api/v1/vehicles/bike").get_json()["gears"] == 1


CAR = {"name": "Fiat", "kind": "car", "sold": None, "doors": 3, "seats": 5, "engine": None, "plate": None}
BIKE = {"name": "Bianchi", "kind": "bike", "sold": None, "gears": 21, "rides": 0}


def own(answer: Any) -> dict[str, Any]:
    return {name: each for name, each in answer.items() if name not in {"id", "created_at", "updated_at"}}


def test_the_api_takes_and_gives_each_with_the_fields_of_its_type(place: Place) -> None:
    client = current_app.test_client()
    car = client.post("/api/v1/vehicles", json={"name": "Fiat", "kind": "car", "doors": 3, "key": "1234"})
    bike = client.post("/api/v1/vehicles", json={"name": "Bianchi", "kind": "bike", "gears": 21})
    at = bike.headers["Location"]

    assert (own(car.get_json()), own(bike.get_json())) == (CAR, BIKE)
    assert [own(each) for each in client.get("/api/v1/vehicles").get_json()["vehicles"]] == [CAR, BIKE]
    assert [own(each) for each in client.get("/api/v1/vehicles?kind=bike").get_json()["vehicles"]] == [BIKE]
    Bike.get(bike.get_json()["id"]).update(rides=7)
    changed = client.patch(at, json={"gears": None, "kind": "bike"})
    assert own(changed.get_json()) == BIKE | {"gears": 1, "rides": 7}
    assert own(client.put(at, json=changed.get_json() | {"name": "Cube"}).get_json()) == own(
        changed.get_json() | {"name": "Cube"}
    )
    sent = {name: each for name, each in car.get_json().items() if name != "seats"}
    assert own(client.put(car.headers["Location"], json=sent).get_json()) == CAR
    assert Car.get(car.get_json()["id"]).key == "1234"
    assert client.delete(at).status_code == 204


CHOICE = 'tells what else the vehicle has, so it has to be "car" or "bike"'


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"name": "x"}, {"/kind": CHOICE}),
        ({"name": "x", "kind": "ship"}, {"/kind": CHOICE}),
        ({"name": "x", "kind": ["car"]}, {"/kind": CHOICE}),
        ({"kind": "car", "doors": "3"}, {"/name": "Field required", "/doors": "Input should be a valid integer"}),
        (
            {"name": "x", "kind": "bike", "doors": 3},
            {"/doors": "is not a field of Bike, which has: name, kind, sold, gears"},
        ),
        ({"name": "x", "kind": "bike", "rides": 3}, {"/rides": "is set by the service: leave it out"}),
    ],
)
def test_a_body_is_checked_by_the_type_that_it_names(place: Place, body: Any, faults: Any) -> None:
    answer = current_app.test_client().post("/api/v1/vehicles", json=body)

    assert answer.status_code == 422
    assert {each["pointer"]: each["detail"] for each in answer.get_json()["errors"]} == faults


@pytest.mark.parametrize(
    ("method", "body", "pointer"),
    [
        ("PATCH", {"kind": "bike", "doors": None, "gears": 3}, "/kind"),
        ("PATCH", {"kind": None}, "/kind"),
        ("PUT", {"kind": "bike", "name": "x"}, "/kind"),
        ("PUT", {"name": "x", "doors": 3}, "/kind"),
        ("PATCH", {"gears": 3}, "/gears"),
        ("PATCH", {"gears": None}, "/gears"),
        ("PATCH", {"rides": 3}, "/rides"),
    ],
)
def test_a_change_leaves_an_object_of_its_type(place: Place, method: str, body: Any, pointer: str) -> None:
    car, _ = saved()

    answer = current_app.test_client().open("/api/v1/vehicles/car", method=method, json=body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]
    assert Vehicle.get("car") == car


def test_the_document_has_each_type_and_what_tells_it() -> None:
    client = app_over(MemoryStore(), VEHICLES).test_client()
    document = client.get("/api/v1/openapi.json").get_json()
    schemas = document["components"]["schemas"]

    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert schemas["Vehicle"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"car": "#/components/schemas/Car", "bike": "#/components/schemas/Bike"},
    }
    assert "doors" not in schemas["Bike"]["properties"]
    assert "rides" not in schemas["BikeInput"]["properties"]
    assert schemas["VehicleInput"]["discriminator"]["mapping"]["bike"] == "#/components/schemas/BikeInput"
    assert (schemas["CarInput"]["required"], schemas["BikeInput"]["required"]) == (
        ["doors", "kind", "name"],
        ["kind", "name"],
    )
    assert schemas["VehiclePatch"]["anyOf"] == [
        {"$ref": "#/components/schemas/CarPatch"},
        {"$ref": "#/components/schemas/BikePatch"},
    ]
    page = client.get("/api/docs").text
    assert "Body CarInput of Make a vehicle" in page
    assert "Car or Bike" in page


def test_an_object_whose_type_is_no_more_is_shown_and_deleted_and_not_changed() -> None:
    store = MemoryStore()
    fields = dict.fromkeys(VEHICLES.stored_model.model_fields) | {"name": "Titanic", "kind": "ship", "doors": 3}
    store.create(VEHICLES, "ship", fields)
    app, path = app_over(store, VEHICLES), "/api/v1/vehicles/ship"
    client = app.test_client()

    assert own(client.get(path).get_json()) == {"name": "Titanic", "kind": "ship", "sold": None}
    refused = client.patch(path, json={"name": "x"})
    assert [each["pointer"] for each in refused.get_json()["errors"]] == ["/kind"]
    with app.app_context(), pytest.raises(ValidationError, match="kind"):
        Vehicle.get("ship")
    assert client.delete(path).status_code == 204


class Wheels(Model):
    count: str


def wheels(vehicle: Annotated[Vehicle, Key()]) -> Wheels:
    return Wheels(count=f"{type(vehicle).__name__} {'gears' in vehicle.model_fields_set}")


def test_a_view_is_made_of_objects_of_their_types(place: Place) -> None:
    saved()
    view = View(name="wheels", singular="wheel", of=wheels)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(SECRET_KEY="kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g")
    Hearth(app, declarations=[VEHICLES], views=[view], store=place.store)

    found = app.test_client().get("/api/v1/wheels").get_json()["wheels"]

    assert found == [{"id": "car", "count": "Car False"}, {"id": "bike", "count": "Bike True"}]


def car_wheels(car: Annotated[Car, Key()]) -> Wheels:
    return Wheels(count=str(car.doors))


def test_a_view_of_one_type_alone_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"Car is one of the types of 'vehicles', .* Name Vehicle instead"):
        checks.check([View(name="wheels", singular="wheel", of=car_wheels)], [VEHICLES])


class Unnamed(Vehicle):
    pass


class Tandem(Bike):
    pass


class Hidden(Vehicle):
    kind: Annotated[Literal["bike"], ReadOnly()] = "bike"


class Wide(Vehicle):
    kind: Literal["bike"] = "bike"
    doors: Annotated[int, Field(ge=0, le=99), StoredAs("doorCount")]


class Other(Model):
    kind: Literal["other"] = "other"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"types": ()}, "'vehicles' has types or told_apart_by, without"),
        ({"told_apart_by": None}, "'vehicles' has types or told_apart_by, without"),
        ({"pages": True}, "'vehicles' has types, and no form .* Set pages=False"),
        ({"types": (Car, Other)}, "Other can't be a type of 'vehicles', because it is no Vehicle"),
        ({"types": (Car, Unnamed)}, "Unnamed.kind does not tell"),
        ({"types": (Car, Vehicle)}, "Vehicle.kind does not tell"),
        ({"told_apart_by": "nam"}, "Car.nam does not tell"),
        ({"types": (Car, Bike, Tandem)}, "Two types of 'vehicles' have the same kind: car, bike, bike"),
        ({"types": (Car, Hidden)}, "Hidden.kind has to be sent and seen"),
        ({"types": (Car, Wide)}, "Car and Wide declare doors differently, and 'vehicles' has one column"),
    ],
)
def test_what_can_not_be_told_apart_or_stored_together_is_refused(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(DeclarationError, match=reason):
        replace(VEHICLES, **changed)


class Race(Model):
    winner: Ref[Car]


def test_a_reference_to_one_type_is_refused() -> None:
    races = Declaration(name="races", singular="race", model=Race)

    with pytest.raises(DeclarationError, match=r"winner refers to Car, .* refer to the model"):
        kinds.check([VEHICLES, RIDES, races])
