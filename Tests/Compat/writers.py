"""Runs a writing client beside the harness and reads what it prints (see reporting.py)."""

import subprocess
import threading
from collections import namedtuple

from cluster import Failure, _die_with_parent, end, wait_until

Write = namedtuple("Write", "at server number")


class Writer:
    """A client that writes without end. Node numbers are the last digit of a server's id."""

    def __init__(self, command, environment):
        self.acknowledged = []
        self.errors = []
        self.other = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=environment, preexec_fn=_die_with_parent,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            words = line.split()
            if len(words) == 4 and words[0] == "ok":
                self.acknowledged.append(Write(float(words[1]), int(words[2]) % 10, int(words[3])))
            elif len(words) > 2 and words[0] == "error":
                self.errors.append((float(words[1]), " ".join(words[2:])))
            else:
                self.other.append(line.rstrip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        self.reader.join(5)
        self.process.stdout.close()

    def find(self, node, after):
        return next((write for write in self.acknowledged if write.server == node and write.at > after), None)

    def wait_for(self, node, after, seconds):
        """The first write on a node's server after a time; its delay in seconds."""
        try:
            write = wait_until(seconds, f"a write on db{node}", lambda: self.find(node, after))
        except Failure as failure:
            said = [text for _, text in self.errors[-3:]] + self.other[-5:]
            raise Failure(f"{failure}; the client said last: {' | '.join(said)}") from None
        return write.at - after

    def wait_for_error(self, words, seconds):
        """An error whose text has these words."""
        wait_until(seconds, f"an error with {words!r}", lambda: any(words in text for _, text in list(self.errors)))

    def wait_until_running(self, node):
        """Waits for so many writes that the client has looked around."""
        self.wait_for(node, 0, 20)
        wait_until(10, f"50 writes on db{node}", lambda: len(self.acknowledged) >= 50)

    def numbers(self, until):
        return {write.number for write in self.acknowledged if write.at <= until}
