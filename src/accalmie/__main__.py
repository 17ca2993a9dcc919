"""`python -m accalmie` is the command `accalmie`."""

from accalmie.config.command import main

main()
