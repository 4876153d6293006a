"""The program: settings, composition, graph and embedded AWS."""
