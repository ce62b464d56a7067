"""Parts of the page Voices: what people say, beside the numbers."""
