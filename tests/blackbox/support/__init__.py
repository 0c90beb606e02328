"""What the black-box tests stand on: one module per subject, no test in here."""
