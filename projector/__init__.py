"""Silver training data in another language: translate, align words, project labels, check, export."""

__version__ = "0.1.0"
