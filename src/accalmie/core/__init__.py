"""What is so, and what may happen next. Plain Python and NumPy: no clock, no I/O, no Django."""
