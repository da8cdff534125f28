# SPDX-License-Identifier: MIT
"""The tests' own QMP client: bytes in, messages out.

Never blocks: the owner of the socket feeds it. Nothing of the host tool is
used, so that the two can't share a mistake. Python's integers keep
18446744073709551615 exact. QEMU's docs/interop/qmp-spec.
"""
import json


class QmpError(Exception):
    """A command that QEMU refused: its class and description."""

    def __init__(self, command, error):
        super().__init__(f"{command}: {error['class']}: {error['desc']}")
        self.kind = error["class"]
        self.desc = error["desc"]


class Qmp:
    """One session: encodes commands, splits and sorts the messages."""

    def __init__(self):
        self.greeting = None
        self.replies = {}
        self.events = []
        self.transcript = []
        self._rest = b""
        self._next = 0

    def feed(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in filter(None, (line.strip() for line in lines)):
            self.transcript.append("<- " + line.decode())
            self._file(json.loads(line))

    def encode(self, command, arguments):
        """Gives the command's id and its bytes."""
        self._next += 1
        message = {"execute": command, "id": self._next}
        if arguments:
            message["arguments"] = arguments
        text = json.dumps(message)
        self.transcript.append("-> " + text)
        return self._next, text.encode() + b"\n"

    def result(self, command, number):
        reply = self.replies.pop(number)
        if "error" in reply:
            raise QmpError(command, reply["error"])
        return reply["return"]

    def _file(self, message):
        if "QMP" in message:
            self.greeting = message
        elif "event" in message:
            self.events.append(message)
        else:
            self.replies[message["id"]] = message
