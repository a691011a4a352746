"""A wall clock that a test sets while real processes run, put under them with LD_PRELOAD.

``CLOCK_FILE`` names a file that holds, as text, how many milliseconds the wall clock of every process is ahead.
"""

import shutil
import subprocess
from pathlib import Path

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long ahead_ms(void) {
    const char *path = getenv("CLOCK_FILE");
    char text[32] = "0";
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        ssize_t length = read(fd, text, sizeof text - 1);
        text[length > 0 ? length : 0] = 0;
        close(fd);
    }
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, now);
    if (!status && clock == CLOCK_REALTIME) {
        long ms = ahead_ms();
        now->tv_sec += ms / 1000;
        now->tv_nsec += ms % 1000 * 1000000L;
        if (now->tv_nsec >= 1000000000L) { now->tv_nsec -= 1000000000L; now->tv_sec++; }
        if (now->tv_nsec < 0) { now->tv_nsec += 1000000000L; now->tv_sec--; }
    }
    return status;
}
"""


class WallClock:
    """The clock of the processes that run with ``environment``."""

    def __init__(self, folder: Path, library: Path) -> None:
        self._file = folder / "ahead"
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}
        self.set_ahead(0)

    def set_ahead(self, ms: int) -> None:
        """Sets it this far from the machine's own, at once."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(ms))
        fresh.replace(self._file)


def build(folder: Path) -> WallClock | None:
    """The clock; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return WallClock(folder, library)
