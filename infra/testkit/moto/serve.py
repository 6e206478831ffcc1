"""Serves moto on a free loopback port, prints its URL, and ends when its input does."""

import os
import sys

from moto.server import ThreadedMotoServer

# A region or an endpoint in the environment would send moto's own calls elsewhere.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)

sys.stdin.buffer.read()
os._exit(0)
