"""Builds the interviewers of Rehearsal as VRM 1.0 files from CC0 MakeHuman data.

Lengths inside the package are decimetres, as in the source mesh; `glb` writes metres. x points to the figure's left,
y up, z forward.
"""
