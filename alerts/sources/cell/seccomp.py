"""A seccomp filter: the system calls that a cell is permanently refused (Linux, x86-64 and AArch64).

No sockets, no programs, no processes or threads, no signals to others, no change to the file system,
no keys of the kernel, no io_uring (which could do all of that). A refused call fails with EPERM.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: ld abs, jeq, jge, ret
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER, _ARCH = 0, 4  # where they stand in struct seccomp_data
_X32 = 0x40000000  # numbers from here on are another ABI of x86-64

# AUDIT_ARCH_… and numbers of: socket socketpair connect bind listen accept accept4 sendto sendmsg |
# clone clone3 fork vfork execve execveat unshare setns | kill ptrace process_vm_readv process_vm_writev
# pidfd_open pidfd_getfd | creat unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat
# symlink symlinkat chmod fchmod fchmodat chown fchown lchown fchownat truncate ftruncate mknod mknodat
# mount umount2 memfd_create open_by_handle_at | keyctl add_key request_key bpf perf_event_open
# userfaultfd io_uring_setup
_REFUSED = {
    "x86_64": (
        0xC000003E,
        (41, 53, 42, 49, 50, 43, 288, 44, 46, 56, 435, 57, 58, 59, 322, 272, 308, 62, 101, 310, 311,
         434, 438, 85, 87, 263, 82, 264, 316, 83, 258, 84, 86, 265, 88, 266, 90, 91, 268, 92, 93, 94,
         260, 76, 77, 133, 259, 165, 166, 319, 304, 250, 248, 249, 321, 298, 323, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 203, 200, 201, 202, 242, 206, 211, 220, 435, 221, 281, 97, 268, 129, 117, 270, 271,
         434, 438, 35, 38, 276, 34, 37, 36, 52, 53, 55, 54, 45, 46, 33, 40, 39, 279, 265, 219, 217,
         218, 280, 241, 282, 425),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid() -> bool:
    """Install the filter; False where this kernel or processor has none."""
    arch, numbers = _REFUSED.get(os.uname().machine, (0, ()))
    if not numbers:
        return False
    code = _filter(arch, numbers)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(arch: int, numbers: tuple[int, ...]) -> bytes:
    """The program, as an array of struct sock_filter. Each jump is to `refuse`, which stands last."""
    steps = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, len(numbers) + 1, 0, _X32),
    ]
    steps += [(_EQUAL, len(numbers) - n, 0, number) for n, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
