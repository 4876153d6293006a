"""What the builds of a model's delivery run: each module is a script, whole in itself.

The build projects carry their text, so that a pushed commit cannot change what judges it. They need
boto3 and nothing else, which CodeBuild's images have for each of their Pythons. What a script finds
out it prints as `export NAME=value`, for the shell to read; what it has to say goes to stderr.
"""
