"""The images are really built and the stack really run, with podman where there is no Docker engine."""
