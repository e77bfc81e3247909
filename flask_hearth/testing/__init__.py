"""What tests and the bench run: a sample app made of the framework, and real servers for it to keep its data on.

Not in the image, and imported by nothing that serves.
"""
