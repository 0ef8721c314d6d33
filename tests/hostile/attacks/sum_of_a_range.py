"""Sum up a range without end, in C, with signals ignored and alarms reset."""
import signal
for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGTERM, signal.SIGVTALRM): signal.signal(number, signal.SIG_IGN)
def total(numbers): return sum(range(10 ** 15))
