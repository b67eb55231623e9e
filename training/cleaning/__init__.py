"""Cleaning: raw pairs in, pairs worth teaching out, every rule counted."""

from training.cleaning.decontamination import Guard
from training.cleaning.pipeline import Row, Rulebook, clean
from training.cleaning.rules import RULES, Effect, Rule, Stage

__all__ = ["RULES", "Effect", "Guard", "Row", "Rule", "Rulebook", "Stage", "clean"]
