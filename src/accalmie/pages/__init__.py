"""What people see: views, forms, templates, live updates."""
