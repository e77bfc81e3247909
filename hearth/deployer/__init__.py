"""Before the first deploy: what a Google Cloud project and the person deploying to it still lack.

It only reads. It enables nothing, grants nothing and creates nothing, because the one who may do that is often
not the one who deploys; each finding names the command instead.
"""
