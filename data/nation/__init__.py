"""A nation: a place made of other places, shown by county from what each of them shows."""
