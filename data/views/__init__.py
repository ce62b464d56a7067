"""From a panel to the table of a view: panel and statistics in, what a page shows out."""
