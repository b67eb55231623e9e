"""Builds the small embedded model that a fresh machine answers with."""
