"""Return, raise and print text that no encoding can write down."""
import sys
text = "\ud800\udfff\x00\x1b[2J" * 20
calls = []
def total(numbers):
    sys.stdout.reconfigure(errors="surrogatepass")
    print(text, flush=True)
    calls.append(1)
    if len(calls) > 1: raise type(text.encode("ascii", "backslashreplace").decode()[:9], (Exception,), {})(text)
    return text
