"""Wait for a lock that nobody will open, before there is anything to ask."""
import threading
threading.Lock().acquire() and threading.Event().wait()
