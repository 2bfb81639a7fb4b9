"""A CURVE client by hand (ZMTP 3.1, RFC 26), for what no well-behaved library sends."""

import hashlib
import os
import socket
import struct

from nacl.public import Box, PrivateKey, PublicKey

PATIENCE = 20


class Closed(Exception):
    """The other side ended the connection."""


def lab_key(path):
    """The transport key of an unprotected key file: magic 8, protection 1, then three secrets of 32 bytes."""
    with open(path, "rb") as file:
        return PrivateKey(file.read()[9 + 64 : 9 + 96])


def fingerprint(key):
    """Of a key pair, as the journal shows it: the first 8 bytes of BLAKE2b-256 of the public key."""
    return hashlib.blake2b(bytes(key.public_key), digest_size=32).hexdigest()[:16]


class Raw:
    """A TCP connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed() from error

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise Closed()
            data += more
        return data

    def is_cut(self):
        """Waits for the end; a timeout is an exception."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)


def prop(name, value):
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


class Curve(Raw):
    """After the handshake: frames of messages, as one likes."""

    def __init__(self, port, key, server):
        super().__init__(port)
        self.count = 0
        transient, server = PrivateKey.generate(), PublicKey(server)
        self.send(GREETING)
        self.read(64)
        nonce = self.nonce(b"CurveZMQHELLO---")
        self.command(b"\x05HELLO\x01\x00" + bytes(72) + bytes(transient.public_key) + nonce[16:] +
                     Box(transient, server).encrypt(bytes(64), nonce).ciphertext)
        welcome = self.take_command()
        plain = Box(transient, server).decrypt(welcome[24:], b"WELCOME-" + welcome[8:24])
        there, cookie = PublicKey(plain[:32]), plain[32:]
        vouch_nonce = os.urandom(16)
        vouch = Box(key, there).encrypt(bytes(transient.public_key) + bytes(server), b"VOUCH---" + vouch_nonce).ciphertext
        nonce = self.nonce(b"CurveZMQINITIATE")
        box = Box(transient, there).encrypt(bytes(key.public_key) + vouch_nonce + vouch + prop(b"Socket-Type", b"DEALER") +
                                            prop(b"Identity", b""), nonce).ciphertext
        self.command(b"\x08INITIATE" + cookie + nonce[16:] + box)
        self.box = Box(transient, there)
        if not self.take_command().startswith(b"\x05READY"):
            raise Closed()

    def nonce(self, prefix):
        self.count += 1
        return prefix + struct.pack(">Q", self.count)

    def command(self, body):
        self.send((b"\x04" + bytes([len(body)]) if len(body) < 256 else b"\x06" + struct.pack(">Q", len(body))) + body)

    def take_command(self):
        head = self.read(2)
        return self.read(head[1])

    def frame(self, data, more=False):
        nonce = self.nonce(b"CurveZMQMESSAGEC")
        body = b"\x07MESSAGE" + nonce[16:] + self.box.encrypt((b"\x01" if more else b"\x00") + data, nonce).ciphertext
        self.send((bytes([0, len(body)]) if len(body) < 256 else b"\x02" + struct.pack(">Q", len(body))) + body)
