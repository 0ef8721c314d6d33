"""How often a job is tried, and what is waited between."""


class Policy:
    def __init__(self, tries=3, first_s=1.0, factor=2.0, longest_s=30.0):
        if tries < 1:
            raise ValueError("a job is tried at least once")
        self.tries = tries
        self.first_s = first_s
        self.factor = factor
        self.longest_s = longest_s

    def pauses(self):
        """Seconds between one try and the next: one less than there are tries."""
        pause = self.first_s
        for _ in range(self.tries - 1):
            yield min(pause, self.longest_s)
            pause *= self.factor
