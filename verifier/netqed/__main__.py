"""`python -m netqed`."""

from netqed.cli import main

main()
