"""`make image`: really build the service's image, and try it the way Cloud Run would run it.

Left out: pushing it, which Cloud Build does for a stack, and looking for known holes in its packages, which needs a
database that changes daily. What the service does is tested without an image; here is only what an image can spoil.
"""
