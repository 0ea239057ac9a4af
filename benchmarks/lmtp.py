"""Mail taken in over LMTP: `python -m benchmarks.lmtp [--messages N] [--connections C …]`.

Genuine hard bounces, each of another reader's copy and each on disk before it is answered (full
flushes), to the server of `alerts serve` in a process of its own, one after the other on each
connection. Beside it what a pipe takes in, a process a message. Prints messages a second; at the end all
of the readers have to be suppressed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alerts import cli
from tests.bounces.returned import Bounce, bounces, suppressed
from tests.lmtp import SOCKET, client, deliver

PIPED = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 20])
    options = parser.parse_args()
    os.environ["ALERTS_BOUNCES__LMTP"] = f"unix:{SOCKET}"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        number = options.messages * len(options.connections) + PIPED
        back = bounces(root, number)
        every = {bounce.reader for bounce in back}
        piped = [back.pop() for _ in range(PIPED)]
        print(f"pipe, a process a message      {_pipe(root, piped):7.1f} messages/s")
        line = [sys.executable, "-m", "tests.lmtp", str(root)]
        with subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write("\n")
            server.stdin.flush()
            process = int(server.stdout.readline())
            for connections in options.connections:
                part, back = back[: options.messages], back[options.messages :]
                rate = _lmtp(root, part, connections)
                print(f"LMTP, {connections:3} connections          {rate:7.1f} messages/s")
            os.kill(process, 15)
        assert suppressed(root) == every
        print(f"all {number} readers are suppressed")


def _pipe(root: Path, back: list[Bounce]) -> float:
    line = [sys.executable, "-m", "alerts", "--project", str(root), "bounce", "process", "-"]
    began = time.monotonic()
    for bounce in back:
        message = f"Delivered-To: {bounce.path}\r\n".encode() + bounce.message
        subprocess.run(line, input=message, check=True, stdout=subprocess.DEVNULL)
    return len(back) / (time.monotonic() - began)


def _lmtp(root: Path, back: list[Bounce], connections: int) -> float:
    def converse(part: list[Bounce]) -> None:
        with client(root / SOCKET) as talk:
            for bounce in part:
                (reply,) = deliver(talk, [bounce.path], bounce.message)
                assert reply.startswith(b"250"), reply

    began = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(converse, (back[each::connections] for each in range(connections))))
    return len(back) / (time.monotonic() - began)


if __name__ == "__main__":
    main()
