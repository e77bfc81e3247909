"""The commands around a local cloud: one module each, over what they share.

`checkout` knows the folders, `ports` the addresses, `background` the process, `variables` the environment that
points Pulumi and every Google client here, `engine` the Pulumi CLI, `plugin` the stand-in's place in it, `recovery`
what a killed engine leaves. A command returns the process's exit code and raises CommandError for what its user
can do something about.
"""
