"""Questions asked of the solver, and their answers with evidence."""
