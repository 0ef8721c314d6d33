"""Abort with a core dump into the own folder."""
import ctypes, os, resource
try: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError): pass
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
def total(numbers): os.abort()
