"""An HTTP/2 client on the h2 library that may send what no polite client sends.

Header lists go out as they are given: upper case, repeats, connection fields, false lengths. One
connection, requests in turn; the answer is a Response, or says by which code the peer refused.
"""
import struct
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from lib.rawhttp import TIMEOUT_S, Response, open_socket, tls_context

GOAWAY = 7


class H2Response(Response):
    """`reset` and `goaway` hold the peer's error code, None if it sent none; `closed` if it went away."""

    def __init__(self):
        super().__init__(None, [], version="HTTP/2")
        self.reset = self.goaway = None
        self.closed = False
        self.ended = False

    @property
    def over(self):
        refused = self.reset is not None or self.goaway not in (None, 0)
        return self.ended or self.closed or refused


class H2Client:
    def __init__(self, address, ca, sni="localhost", timeout=TIMEOUT_S):
        self.timeout = timeout
        context = tls_context(ca, sni, alpn=("h2",))
        self.sock = open_socket(address, timeout)
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=sni)
            assert self.sock.selected_alpn_protocol() == "h2", "the peer did not choose h2"
            self.start()
        except BaseException:
            self.sock.close()
            raise

    def start(self):
        config = h2.config.H2Configuration(
            client_side=True, header_encoding="latin-1", validate_outbound_headers=False,
            normalize_outbound_headers=False, validate_inbound_headers=True)
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.goaway = None
        self.buffer = b""
        self.flush()

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def send_bytes(self, data):
        """Bytes past the library: frames of one's own making."""
        self.flush()
        self.sock.sendall(data)

    def request(self, method="GET", path="/", headers=(), body=None, authority="localhost"):
        """A well-formed request with further fields."""
        pseudo = [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)]
        return self.send_list([*pseudo, *headers], body)

    def send_list(self, headers, body=None):
        """Exactly this header list, then the body; None ends the stream with the head."""
        response = H2Response()
        if self.goaway is not None:
            response.goaway, response.closed = self.goaway, True
            return response
        stream = self.h2.get_next_available_stream_id()
        deadline = time.monotonic() + self.timeout
        try:
            self.h2.send_headers(stream, headers, end_stream=body is None)
            self.flush()
            if body is not None:
                self.send_body(stream, body, response, deadline)
            while not response.over:
                self.step(stream, response, deadline)
        except TimeoutError:
            raise
        except (OSError, h2.exceptions.StreamClosedError):
            response.closed = True
        return response

    def send_body(self, stream, body, response, deadline):
        while not response.over:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(body))
            if room or not body:
                self.h2.send_data(stream, body[:room], end_stream=room == len(body))
                self.flush()
                body = body[room:]
                if not body:
                    return
                continue
            self.step(stream, response, deadline)

    def step(self, stream, response, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no end of the answer: {response}")
        self.sock.settimeout(left)
        data = self.sock.recv(65536)
        if not data:
            response.closed = True
            return
        for frame in self.take_frames(data):
            if frame[3] == GOAWAY:
                self.note_goaway(frame, stream, response)
                continue
            for event in self.h2.receive_data(frame):
                self.note(event, stream, response)
        self.flush()

    def take_frames(self, data):
        """Whole frames: the library takes nothing after a GOAWAY, but a graceful one is not the end."""
        self.buffer += data
        while len(self.buffer) >= 9:
            end = 9 + int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < end:
                return
            frame, self.buffer = self.buffer[:end], self.buffer[end:]
            yield frame

    def note_goaway(self, frame, stream, response):
        last_stream, code = struct.unpack("!II", frame[9:17])
        self.goaway = response.goaway = code
        if last_stream < stream:
            response.closed = True

    def note(self, event, stream, response):
        if getattr(event, "stream_id", None) != stream:
            return
        if isinstance(event, h2.events.ResponseReceived):
            response.status = int(dict(event.headers)[":status"])
            response.headers = [pair for pair in map(tuple, event.headers) if pair[0] != ":status"]
        elif isinstance(event, h2.events.InformationalResponseReceived):
            response.interim.append(int(dict(event.headers)[":status"]))
        elif isinstance(event, h2.events.DataReceived):
            response.body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.TrailersReceived):
            response.trailers = list(map(tuple, event.headers))
        elif isinstance(event, h2.events.StreamReset):
            response.reset = event.error_code
        elif isinstance(event, h2.events.StreamEnded):
            response.ended = True
