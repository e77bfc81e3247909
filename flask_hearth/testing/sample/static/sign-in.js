// As much as a test needs: the name that the framework's pages ask for.
