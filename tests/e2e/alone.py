"""A network of one's own for a script: nothing but a loopback, so that every port is free and nothing leads outside."""

import fcntl
import os
import socket
import struct
import subprocess
import sys

INSIDE = "BELLWETHER_E2E_INSIDE"


def go_alone():
    """Goes on in a network namespace of its own, if the machine allows that; whether it did."""
    if os.environ.get(INSIDE) == "alone":
        raise_loopback()
        return True
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode == 0:
        os.environ[INSIDE] = "alone"
        os.execvp(alone[0], [*alone, sys.executable, *sys.argv])
    print("  --  this machine allows no network namespaces: run with the network that there is")
    return False


def raise_loopback():
    """What `ip link set lo up` does: a new namespace has it down."""
    up_and_running, get_flags, set_flags = 0x1 | 0x40, 0x8913, 0x8914
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up_and_running))
