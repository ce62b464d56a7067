"""What the pages share: the selection, cached queries, maps, charts, tables, words."""
