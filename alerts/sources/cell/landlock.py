"""Landlock: limits which files a cell may read (Linux 5.13 and later).

https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every processor
_PR_SET_NO_NEW_PRIVS = 38
_VERSION, _PATH_BENEATH = 1, 1
_READ = 1 << 2 | 1 << 3  # files; folders
_RIGHTS = (0, 13, 14, 15, 15, 16)  # the number of file access rights, by version of the ABI
# Files that Python and its packages read besides their own: the dynamic linker, time zones, random numbers.
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"),
    *("/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone"),
    *("/dev/null", "/dev/urandom", "/proc/self", "/sys/devices/system/cpu"),
)


def read_only(paths: Iterable[str]) -> bool:
    """Let this process read only `paths` and the files that Python needs; False where Landlock is
    missing."""
    libc = ctypes.CDLL(None)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    rights = (1 << _RIGHTS[min(version, len(_RIGHTS) - 1)]) - 1
    handled = struct.pack("=Q", rights)
    rules = libc.syscall(_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return False
    try:
        for path in dict.fromkeys((*paths, sys.prefix, sys.base_prefix, *_SYSTEM)):
            _allow(libc, rules, path)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str) -> None:
    """Allow reading below `path`; does nothing where the path does not exist."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ if os.path.isdir(path) else 1 << 2
        rule = struct.pack("=Qi", rights, place)
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(place)
