"""`python -m accalmie` is the command `accalmie`."""

from accalmie.cli import main

main()
