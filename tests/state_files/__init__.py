"""Made-up files in the layouts of real states' publishers, with the totals they must give."""
