"""What the pipelines in .github/workflows and cloudbuild.yaml run besides the commands that people use, too."""
