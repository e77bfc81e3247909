"""The testing kit: a stack's program recorded without engine, CLI or cloud, and inventories of what it declares.

`recorder` runs any program, `stacks` the project's own with the configuration of its stacks, `computed` answers as the
providers would, `compare` holds an inventory against a recorded stack, and `update` brings inventories up to date.
"""
