"""Data quality: the gate that a table's rows pass before what follows reads them."""
