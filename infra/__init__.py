"""The Pulumi program: `program.build` declares a stack."""
