"""Real database servers in place of Google's: Postgres for Cloud SQL, and Google's own emulator for Firestore.

Each is a process of the local cloud's own, which is started with it, stopped with it, and started again when it dies;
its data lies in the local cloud's folder and goes with the resource that it belongs to.
"""
