"""The refresh: from approved feedback to a measured adapter, in one straight line of steps.

    data -> sft -> preference -> export -> evaluate -> gate

It reads an order from its folder and leaves a result there; it knows no database and no queue.
"""
