"""How fast training is here: the parent project's recipe and ours on the same rows."""
