"""How hot it is: a topic's pulses against what is usual for it. See `measure.take`."""
