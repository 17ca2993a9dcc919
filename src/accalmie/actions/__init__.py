"""Everything that can be done, a verb each: load, ask the core, store, note it. Rights are checked here."""
