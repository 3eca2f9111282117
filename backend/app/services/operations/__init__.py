"""What whoever runs this installation sees of it, and can set going again."""
