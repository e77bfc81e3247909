"""The Pulumi program: `program.build` declares a stack.

Each component takes the stack's settings and, by keyword, what it is connected to. Everything in `after` exists before
anything of the component is created.
"""
