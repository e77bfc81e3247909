"""Static files: which there are, by which names, and how long those may be kept.

One step for everybody who has to agree on it: the service in its image, and the program that publishes the same files
on Hosting. So it stands beside the package `app`, where the image has it too, and imports nothing but Python's own.
"""
