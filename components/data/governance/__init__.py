"""Who reads which tables, columns and rows of the lake: Lake Formation's side of it."""
