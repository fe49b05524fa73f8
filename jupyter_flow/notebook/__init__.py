"""The notebook: magics, rich displays, and what differs where no browser looks on."""
