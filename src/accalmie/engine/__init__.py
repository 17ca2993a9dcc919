"""The same reading and fever for who outgrows one machine (a later issue fills this room)."""
