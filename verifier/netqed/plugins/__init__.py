"""Network plugins: the matters that the API leaves to them, and how each known one answers."""
