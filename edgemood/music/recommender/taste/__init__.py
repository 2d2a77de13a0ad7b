"""What people like: interactions, the model that learns from them, the file that keeps them."""
