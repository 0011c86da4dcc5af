"""What the lessons of “Character Embeddings and Autoencoders” share."""
