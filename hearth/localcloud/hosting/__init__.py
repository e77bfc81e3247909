"""Firebase Hosting on the local cloud: its REST API v1beta1, and the edge that serves what was released."""
