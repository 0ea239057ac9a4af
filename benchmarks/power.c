/* A recorder of what a program does to the files below one folder, preloaded by benchmarks/power.py.
 *
 * Each write, cut, new name, lost name and flush is appended, once it is done, to a log that several
 * processes share: a head as below, then the octets or the path. A flush names how long the log was when
 * it began: what stands before that is on the disk. Where POWER_LIES is the end of a file's path, or "*",
 * flushing it does nothing and says it did, as some disks do. Nothing else of the program is changed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MOST 4096

struct head {
    uint64_t kind, inode, number, length;
};

static const char *folder, *lies, *slow;
static int journal = -1;
static uint64_t inode_of[MOST]; /* by descriptor; 0: none of ours */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("POWER_LOG");
    folder = getenv("POWER_FOLDER");
    lies = getenv("POWER_LIES");
    slow = getenv("POWER_SLOW"); /* microseconds that a flush of receipts takes longer */
    if (path && folder)
        journal = REAL(open)(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (journal < 0) {
        static const char words[] = "power.c: POWER_LOG and POWER_FOLDER must be set\n";
        REAL(write)(2, words, sizeof words - 1);
        _exit(2);
    }
}

static void note(char kind, uint64_t inode, uint64_t number, const void *octets, size_t length)
{
    struct head head = {(uint64_t)kind, inode, number, length};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)octets, length}};
    if (REAL(writev)(journal, parts, 2) != (ssize_t)(sizeof head + length))
        abort();
}

static int ours(const char *path)
{
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && path[length] == '/';
}

static uint64_t known(int fd)
{
    return fd >= 0 && fd < MOST ? inode_of[fd] : 0;
}

static void name_of(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

static int opened(int fd, int flags, int existed)
{
    char path[PATH_MAX];
    struct stat facts;
    if (fd < 0 || fd >= MOST || fd == journal)
        return fd;
    inode_of[fd] = 0;
    name_of(fd, path);
    if (!ours(path) || fstat(fd, &facts))
        return fd;
    inode_of[fd] = facts.st_ino;
    if ((flags & O_CREAT) && !existed)
        note('C', facts.st_ino, 0, path, strlen(path));
    else if (flags & O_TRUNC)
        note('T', facts.st_ino, 0, NULL, 0);
    return fd;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = va_arg(rest, mode_t);                                                        \
        va_end(rest);                                                                              \
        int existed = (flags & O_CREAT) ? !faccessat(AT_FDCWD, path, F_OK, 0) : 1;                 \
        return opened(REAL(name)(path, flags, mode), flags, existed);                              \
    }
#define OPENAT(name)                                                                               \
    int name(int at, const char *path, int flags, ...)                                             \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = va_arg(rest, mode_t);                                                        \
        va_end(rest);                                                                              \
        int existed = (flags & O_CREAT) ? !faccessat(at, path, F_OK, 0) : 1;                       \
        return opened(REAL(name)(at, path, flags, mode), flags, existed);                          \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd)
{
    if (fd >= 0 && fd < MOST)
        inode_of[fd] = 0;
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *octets, size_t length)
{
    ssize_t done = REAL(write)(fd, octets, length);
    if (done > 0 && known(fd))
        note('W', known(fd), lseek(fd, 0, SEEK_CUR) - done, octets, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!known(fd))
        return REAL(writev)(fd, parts, count);
    ssize_t all = 0;
    for (int each = 0; each < count; each++) {
        ssize_t done = write(fd, parts[each].iov_base, parts[each].iov_len);
        if (done < 0)
            return all ? all : done;
        all += done;
    }
    return all;
}

#define PWRITE(name, offset_t)                                                                     \
    ssize_t name(int fd, const void *octets, size_t length, offset_t at)                           \
    {                                                                                              \
        ssize_t done = REAL(name)(fd, octets, length, at);                                         \
        if (done > 0 && known(fd))                                                                 \
            note('W', known(fd), at, octets, done);                                                \
        return done;                                                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define CUT(name, offset_t)                                                                        \
    int name(int fd, offset_t length)                                                              \
    {                                                                                              \
        int done = REAL(name)(fd, length);                                                         \
        if (!done && known(fd))                                                                    \
            note('T', known(fd), length, NULL, 0);                                                 \
        return done;                                                                               \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

static int ends(int fd, const char *last)
{
    char path[PATH_MAX];
    name_of(fd, path);
    size_t length = strlen(path), end = strlen(last);
    return length >= end && !strcmp(path + length - end, last);
}

static int lied(int fd)
{
    return lies && *lies && (!strcmp(lies, "*") || ends(fd, lies));
}

#define FLUSH(name)                                                                                \
    int name(int fd)                                                                               \
    {                                                                                              \
        if (!known(fd))                                                                            \
            return REAL(name)(fd);                                                                 \
        if (lied(fd))                                                                              \
            return 0;                                                                              \
        off_t before = lseek(journal, 0, SEEK_END);                                                \
        if (slow && ends(fd, "-receipts"))                                                         \
            usleep((useconds_t)atoi(slow));                                                        \
        int done = REAL(name)(fd);                                                                 \
        if (!done)                                                                                 \
            note('S', known(fd), before, NULL, 0);                                                 \
        return done;                                                                               \
    }
FLUSH(fsync)
FLUSH(fdatasync)

int unlink(const char *path)
{
    int done = REAL(unlink)(path);
    if (!done && ours(path))
        note('U', 0, 0, path, strlen(path));
    return done;
}

int rename(const char *from, const char *to)
{
    char both[2 * PATH_MAX];
    int done = REAL(rename)(from, to);
    if (!done && ours(to)) {
        int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
        note('R', 0, 0, both, length);
    }
    return done;
}
