# Texts of the command line.
cli-done = Done
