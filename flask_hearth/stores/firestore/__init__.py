"""Objects as Firestore documents, one collection for each declaration."""
