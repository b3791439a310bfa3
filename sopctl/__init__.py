"""Check and publish standard operating procedures as one checks and publishes a program."""

__version__ = "0.10.0"
