"""`make bench`: one file for each figure that we claim. Load stays on this machine, bounded in count and time."""
