"""What this installation is, and whether its services answer."""
