"""A disk that fails or forgets, put under a real process with LD_PRELOAD.

``FAIL_SYNC=n`` makes the n-th fsync or fdatasync fail. ``SYNCED=folder`` keeps there, file by file, what the
process has synced: what is sure to be left of its files when the power is cut.
"""

import shutil
import subprocess
from pathlib import Path
from random import Random

SECTOR_BYTES = 512

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int calls;
int sync_calls(void) { return calls; }

static void keep(int fd) {
    const char *folder = getenv("SYNCED");
    struct stat about;
    char link[64], path[4096], draft[4200], kept[4200], piece[65536];
    if (!folder || fstat(fd, &about) || !S_ISREG(about.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) abort();
    path[length] = 0;
    snprintf(kept, sizeof kept, "%s/%s", folder, strrchr(path, '/') + 1);
    snprintf(draft, sizeof draft, "%s/draft", folder);
    int to = open(draft, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (to < 0) abort();
    /* Read through the descriptor itself: opening and closing the file would drop SQLite's locks. */
    for (off_t at = 0; (length = pread(fd, piece, sizeof piece, at)) > 0; at += length)
        if (write(to, piece, length) != length) abort();
    close(to);
    if (rename(draft, kept)) abort();
}

static int sync_by(const char *name, int fd) {
    const char *nth = getenv("FAIL_SYNC");
    if (++calls == (nth ? atoi(nth) : 0)) { errno = EIO; return -1; }
    int status = ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
    if (!status) keep(fd);
    return status;
}
int fsync(int fd) { return sync_by("fsync", fd); }
int fdatasync(int fd) { return sync_by("fdatasync", fd); }
"""


def build(folder: Path) -> Path | None:
    """The library to preload; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = folder / "disk.c", folder / "disk.so"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def after_power_cut(synced: Path, written: Path, left: Path, chance: Random | None) -> None:
    """Makes the files of ``left``: what was synced, and of what was only written, by chance, this sector and that.

    A file that was deleted stays deleted, as if its folder had been synced since.
    """
    left.mkdir(parents=True)
    for file in synced.iterdir():
        if not (written / file.name).exists():
            continue
        sure, maybe = file.read_bytes(), (written / file.name).read_bytes()
        (left / file.name).write_bytes(sure if chance is None else _torn(sure, maybe, chance))


def _torn(sure: bytes, maybe: bytes, chance: Random) -> bytes:
    size = chance.choice((len(sure), len(maybe), chance.randint(*sorted((len(sure), len(maybe))))))
    sectors = []
    for start in range(0, size, SECTOR_BYTES):
        end = min(start + SECTOR_BYTES, size)
        sector = chance.choice((sure, maybe))[start:end]
        sectors.append(sector.ljust(end - start, b"\0"))
    return b"".join(sectors)
