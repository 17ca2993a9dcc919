"""The clock: finds what is due, and calls actions. Several workers may run; leases keep them apart."""
