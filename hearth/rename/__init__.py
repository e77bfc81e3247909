"""`make rename NAME=my-shop`: the app's name, in every file that says it.

Left alone: the provider `hearth` and the components' type tokens (part of every resource's identity in every state),
and what is about Hearth itself, such as the README.
"""
