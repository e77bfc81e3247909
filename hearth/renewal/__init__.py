"""Makes the catalog of Google's resource types anew; nothing that runs a project imports it."""
