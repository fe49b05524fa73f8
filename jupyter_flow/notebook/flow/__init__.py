"""The notebook's own graph: electron cells, wired by the names they read and write."""
