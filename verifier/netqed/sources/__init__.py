"""Files, directories and stdin as documents with positions."""
