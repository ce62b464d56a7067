"""The plan of action: who does what, where and when; a database that several may edit at once."""
