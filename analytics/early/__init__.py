"""The school year under way: what its first days tell, beyond chance."""
