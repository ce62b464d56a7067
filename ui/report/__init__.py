"""What the room takes home: pictures, briefs, slides, tables, and what makes them again."""
