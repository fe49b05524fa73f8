"""Dask clusters as resources. Only what needs them imports this: Dask takes half a second."""
