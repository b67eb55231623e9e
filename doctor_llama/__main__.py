"""`python -m doctor_llama` is the command `doctor-llama`."""

from doctor_llama.cli import main

main()
