"""What the stack says about the service's documents is what the service writes."""

import inspect

from flask_hearth.stores.firestore import keys
from infra import firestore


def test_the_documents_that_google_cleans_up_are_those_that_the_service_lets_expire() -> None:
    collection, field = firestore.EXPIRING

    assert collection == keys.COLLECTION
    assert f'"{field}": now + ' in inspect.getsource(keys.Keys.reserve)
