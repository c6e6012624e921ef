# Written by callwarden; changes made here are lost.
"""Bans in nftables sets, without starting a program for each address.

fail2ban's own nftables action starts nft for every ban and unban (20 to 30 ms each, and fail2ban
answers nobody meanwhile); the library that nft itself is made of needs about 1 ms. Names of table,
chain and sets are those of fail2ban's own action. The rules name no protocol: SIP comes over UDP.
"""

import ctypes
import ipaddress
import re
import subprocess
import threading
import time

from fail2ban.server.action import ActionBase

TABLE = "inet f2b-table"
CHAIN = TABLE + " f2b-chain"
# NFT_CTX_OUTPUT_HANDLE: listings show the numbers by which rules are deleted.
SHOW_HANDLES = 1 << 3
GONE = re.compile("No such file or directory|does not exist")


class Library(object):
    """libnftables."""

    def __init__(self):
        self._nft = nft = ctypes.CDLL("libnftables.so.1")
        nft.nft_ctx_new.restype = ctypes.c_void_p
        nft.nft_ctx_new.argtypes = [ctypes.c_uint32]
        nft.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
        nft.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        for name in ("output", "error"):
            getattr(nft, "nft_ctx_buffer_" + name).argtypes = [ctypes.c_void_p]
            get = getattr(nft, "nft_ctx_get_%s_buffer" % name)
            get.argtypes = [ctypes.c_void_p]
            get.restype = ctypes.c_char_p
        self._ctx = nft.nft_ctx_new(0)
        if not self._ctx:
            raise OSError("nft_ctx_new failed")
        nft.nft_ctx_buffer_output(self._ctx)
        nft.nft_ctx_buffer_error(self._ctx)
        nft.nft_ctx_output_set_flags(self._ctx, SHOW_HANDLES)

    def run(self, commands):
        status = self._nft.nft_run_cmd_from_buffer(self._ctx, commands.encode("ascii"))
        # Reading a buffer empties it: both, each time.
        output = self._nft.nft_ctx_get_output_buffer(self._ctx) or b""
        error = self._nft.nft_ctx_get_error_buffer(self._ctx) or b""
        return status == 0, output.decode("utf-8", "replace"), error.decode("utf-8", "replace")


class Program(object):
    """nft itself, where the library cannot be loaded."""

    def run(self, commands):
        done = subprocess.run(
            ["nft", "-a", "-f", "-"], input=commands.encode("ascii"), timeout=30,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return (done.returncode == 0, done.stdout.decode("utf-8", "replace"),
                done.stderr.decode("utf-8", "replace"))


def backend():
    try:
        return Library()
    except (OSError, AttributeError):
        return Program()


class Action(ActionBase):
    def __init__(self, jail, name):
        super(Action, self).__init__(jail, name)
        self._lock = threading.Lock()
        self._nft = backend()
        self._looked = None
        self._sets = (
            ("addr-set-" + jail.name, "ip", "ipv4_addr"),
            ("addr6-set-" + jail.name, "ip6", "ipv6_addr"),
        )

    def _run(self, commands):
        done, output, error = self._nft.run(commands)
        if not done:
            raise RuntimeError("nft: " + (error.strip().split("\n") or [""])[0])
        return output

    def _element(self, aInfo):
        """The set and the canonical text: fail2ban lets any text be banned, the kernel does not."""
        net = ipaddress.ip_network(str(aInfo["ip"]).strip(), strict=False)
        if net.version == 6 and net.prefixlen == 128 and net.network_address.ipv4_mapped:
            net = ipaddress.ip_network(net.network_address.ipv4_mapped)
        single = net.prefixlen == net.max_prefixlen
        text = str(net.network_address) if single else str(net)
        return self._sets[0 if net.version == 4 else 1][0], text

    def _set_up(self):
        commands = [
            "add table " + TABLE,
            "add chain %s { type filter hook input priority -1; }" % CHAIN,
        ]
        for name, _, kind in self._sets:
            commands.append("add set %s %s { type %s; flags interval; }" % (TABLE, name, kind))
        self._run("\n".join(commands))
        rules = self._run("list chain " + CHAIN)
        for name, family, _ in self._sets:
            if not re.search(r"@%s drop" % re.escape(name), rules):
                self._run("add rule %s %s saddr @%s drop" % (CHAIN, family, name))
        self._looked = time.monotonic()

    def start(self):
        """Restored bans are added after this; what a killed fail2ban left behind is not."""
        with self._lock:
            self._set_up()
            self._run("\n".join("flush set %s %s" % (TABLE, name) for name, _, _ in self._sets))

    def clearAllParams(self):
        """fail2ban drops an action at a reload unless it has this and the next."""

    def reload(self, **_):
        with self._lock:
            self._set_up()

    def ban(self, aInfo):
        where, text = self._element(aInfo)
        add = "add element %s %s { %s }" % (TABLE, where, text)
        with self._lock:
            # Somebody may have flushed the rules; looking at each ban would halve the speed.
            if self._looked is None or time.monotonic() - self._looked > 1:
                self._set_up()
            try:
                self._run(add)
            except RuntimeError:
                self._set_up()
                self._run(add)

    def unban(self, aInfo):
        where, text = self._element(aInfo)
        with self._lock:
            self._delete("delete element %s %s { %s }" % (TABLE, where, text))

    def flush(self):
        with self._lock:
            for name, _, _ in self._sets:
                self._delete("flush set %s %s" % (TABLE, name))
        return True

    def stop(self):
        with self._lock:
            done, rules, _ = self._nft.run("list chain " + CHAIN)
            commands = []
            for name, _, _ in self._sets:
                if done:
                    found = re.findall(r"@%s drop.*# handle (\d+)" % re.escape(name), rules)
                    commands += ["delete rule %s handle %s" % (CHAIN, number) for number in found]
                commands.append("delete set %s %s" % (TABLE, name))
            self._delete("\n".join(commands))
            self._looked = None
            done, table, _ = self._nft.run("list table " + TABLE)
            if done and not re.search(r"^\s+set\s", table, re.M):
                self._delete("delete table " + TABLE)

    def _delete(self, commands):
        """What is gone already is no error."""
        try:
            self._run(commands)
        except RuntimeError as error:
            if not GONE.search(str(error)):
                raise
