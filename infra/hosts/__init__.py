"""What runs the program: Pulumi's engine or this process, on the embedded AWS."""
