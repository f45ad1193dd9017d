# allowed: AC
# the machine's services, from another language
import socket

port = int(input().split()[1])
try:
    socket.create_connection(("127.0.0.1", port), 1)
    print("escaped")
except OSError:
    print("contained")
