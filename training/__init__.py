"""Training: verbs on data. Run as `python -m training`, beside or instead of serving."""
