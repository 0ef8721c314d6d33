"""Leave closed connections on the loopback, which the kernel remembers after the processes are gone."""
import socket
server = socket.socket()
server.bind(("127.0.0.1", 8080))
server.listen()
for _ in range(20):
    client = socket.create_connection(("127.0.0.1", 8080))
    server.accept()[0].close()
    client.close()
def total(numbers): return 0
