"""`make diagram`: the resource graph of a stack as a picture, docs/stack.svg.

docs/architecture.svg is drawn by hand and shows how the parts work together. This one is drawn from a stack's state
and shows what is there and what waits for what. No layout program is asked for: there are few enough boxes for layers.
"""
