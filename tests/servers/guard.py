"""Holds one server on behalf of a test: starts, stops, freezes and kills it with all its processes. When
the test is gone, however it went, the pipe to here ends: then everything is killed and the folder removed.

    guard.py FOLDER USER COMMAND…      commands on standard input, one answer to each on standard output

It is the subreaper of what it starts, so a process whose parent died still counts as the server's.
"""

import ctypes
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36


def children():
    """All processes below this one: {pid: state letter}."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = entry.read_text()
        except OSError:
            continue  # ended meanwhile
        state, parent = stat.rpartition(")")[2].split()[:2]
        parents[int(stat.split()[0])] = int(parent), state
    found, todo = {}, [os.getpid()]
    while todo:
        parent = todo.pop()
        for pid, (its_parent, state) in parents.items():
            if its_parent == parent and state != "Z":
                found[pid] = state
                todo.append(pid)
    return found


def signal_all(number):
    for pid in children():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


class Guard:
    def __init__(self, folder, user, command):
        self.folder, self.command = folder, command
        self.identity = {"user": user, "group": None, "extra_groups": []} if user else {}
        if user:
            import pwd
            self.identity["group"] = pwd.getpwnam(user).pw_gid
        self.main = None

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.main = subprocess.Popen(self.command, cwd=self.folder, stdin=subprocess.DEVNULL,
                                         stdout=log, stderr=log, start_new_session=True,
                                         **self.identity)
        return self.main.pid

    def reap(self):
        """Takes what has ended off the process table; Popen must not wait for its own then."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self.main is not None and pid == self.main.pid:
                self.main.returncode = os.waitstatus_to_exitcode(status)

    def running(self):
        self.reap()
        return int(self.main is not None and self.main.returncode is None)

    def freeze(self):
        """Until none is left that could have forked meanwhile. One that was told and sleeps without a
        break does nothing more either: it may wait for a child of vfork, which was stopped, for ever."""
        told = set()
        while any(state not in "Tt" and not (state == "D" and pid in told)
                  for pid, state in children().items()):
            told |= set(children())
            signal_all(signal.SIGSTOP)
            self.reap()
        return "frozen"

    def thaw(self):
        signal_all(signal.SIGCONT)
        return "thawed"

    def kill(self):
        self.freeze()
        while children():
            signal_all(signal.SIGKILL)
            self.reap()
        self.reap()
        return "killed"

    def stop(self, number):
        """The signal to the main process, its end, and then the end of what it left behind."""
        if self.running():
            descriptor = os.pidfd_open(self.main.pid)
            os.kill(self.main.pid, int(number))
            select.select([descriptor, sys.stdin], [], [])  # its end, or the test's
            os.close(descriptor)
            self.reap()
        code = self.main.returncode if self.main else None
        self.kill()
        return code

    def serve(self):
        actions = {"start": self.start, "stop": self.stop, "kill": self.kill, "freeze": self.freeze,
                   "thaw": self.thaw, "running": self.running}
        for line in iter(sys.stdin.readline, ""):
            word, *arguments = line.split()
            print(actions[word](*arguments), flush=True)


def main():
    folder, user, *command = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # not ignored: what we start would inherit that
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    guard = Guard(pathlib.Path(folder), user, command)
    try:
        guard.serve()
    except BrokenPipeError:
        pass
    finally:
        guard.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
