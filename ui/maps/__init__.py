"""Maps with their classes, colours, legends and geometry."""
