"""What a program says of a Firebase Hosting site: its files, firebase.json, and the routes that files hide.

Left out: releasing it, which is the provider's, and serving it, which is the local cloud's.
"""
