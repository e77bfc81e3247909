"""One declaration of a domain model, from which storage, routes, validation and documentation follow."""
