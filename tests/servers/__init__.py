"""The engines' real servers, for tests: on free ports, data in temporary folders, gone with the test.

    with Postgres() as postgres:            # start() … close()
        … postgres.url …
        postgres.kill(); postgres.start()   # the same port, the same data

with.py starts some of them around a command.
"""

from .certificates import Authority  # noqa: F401
from .judge0 import Judge0  # noqa: F401
from .postgres import Postgres  # noqa: F401
from .proxy import Proxy  # noqa: F401
from .rabbitmq import RabbitMQ  # noqa: F401
from .redis import Redis  # noqa: F401
from .server import free_ports  # noqa: F401
