"""Parts of the page Workshop: people look at their data together."""
