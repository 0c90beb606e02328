"""What the topics share: programs, suites, trees, stamps, /proc, control groups and the report."""
