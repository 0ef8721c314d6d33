"""python -m wordcount [-n N] [FILE ...]"""

import sys

from wordcount.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
