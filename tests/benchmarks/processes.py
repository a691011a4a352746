"""What /proc says of a process and everything below it: CPU seconds and memory."""

import os
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """``root`` and all below it that live."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_s(root: int) -> float:
    """CPU seconds that the tree has used so far (of those that ended: what their parents waited for)."""
    used = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        used += sum(int(field) for field in fields[11:15])
    return used / TICKS_PER_S


def cpu_s_by_name(root: int) -> dict[str, float]:
    """The same for each process name below ``root``, the children it waited for left out."""
    used: dict[str, float] = {}
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name = name_of(pid)
        used[name] = used.get(name, 0.0) + sum(int(field) for field in fields[11:13]) / TICKS_PER_S
    return used


def pss_mib(pid: int) -> float:
    """Memory of one process: its own and its share of what is shared, in MiB. 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def tree_pss_mib(root: int) -> float:
    return sum(pss_mib(pid) for pid in tree(root))


def name_of(pid: int) -> str:
    """The process's name as the kernel knows it, "" for one that has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
