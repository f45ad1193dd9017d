"""The shared queue's part of the bench: our edge, and a bare loop of rabbitmq-c, on one RabbitMQ, in turns."""

import json
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))

from servers import RabbitMQ  # noqa: E402


def run(program, messages, rounds, show):
    """Prints the rates: published, confirmed, delivered, acknowledged messages per second."""
    with RabbitMQ() as broker:
        done = subprocess.run([program, broker.url, str(messages), str(rounds)], capture_output=True, text=True,
                              check=True)
    rates = [json.loads(line) for line in done.stdout.splitlines()]
    ours, bare = (statistics.median(row[name] for row in rates) for name in ("ours", "bare"))
    show("queue", f"{ours:,.0f} messages/s by our edge, {bare:,.0f} by rabbitmq-c alone: {ours / bare:.2f} "
                  f"({rounds} rounds of {messages:,})")
