"""What surveys of families, students and teachers say, beside absence."""
