"""Rules over the recorded graph, one a module: a function from a graph to what it finds wrong.

They read the graph alone, so that they hold for resources of a team's own as for the platform's.
"""
