"""Silver training data in another language: translate, align, project, check, export."""

__version__ = "0.1.0"
