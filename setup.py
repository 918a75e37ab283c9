"""Puts recipes/ and samples/ into the wheel as projector/recipes and projector/samples.

Everything else stands in pyproject.toml, which cannot add folders to the packages that it finds.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["projector*"]), "projector.recipes", "projector.samples"],
    package_dir={"projector.recipes": "recipes", "projector.samples": "samples"},
)
