"""Many analyses of one map: where they agree, what groups they make, how those last."""
