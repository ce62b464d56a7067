"""Voices: what people said in circles, interviews and forums, shown only where many said it."""
