"""frames - the messages between our processes: a length (u32, little endian) and JSON."""

import json
import struct


def pack(frame):
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return struct.pack("<I", len(data)) + data


def send(sock, frame):
    sock.sendall(pack(frame))


class Reader:
    """Frames from a blocking socket."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def read(self):
        """The next frame; None at the end of the stream. A timeout of the socket is raised."""
        while True:
            if len(self.data) >= 4:
                end = 4 + struct.unpack_from("<I", self.data)[0]
                if len(self.data) >= end:
                    frame = json.loads(self.data[4:end])
                    self.data = self.data[end:]
                    return frame
            more = self.sock.recv(1 << 16)
            if not more:
                return None
            self.data += more
