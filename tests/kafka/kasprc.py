"""kasprc as a child process: started, watched, signalled, always with a deadline."""

import contextlib
import json
import pathlib
import signal
import subprocess

from client import until

PROGRAM = ""  # set by suite.main, from the command line
DEADLINE = 120  # seconds; for a run that has work to do
# A member that was killed is missed after two seconds, not after Kafka's 45.
SHORT_SESSION = ["-X", "session.timeout.ms=2000", "-X", "heartbeat.interval.ms=500"]


class Kasprc:
    """One `kasprc run`. Its talk goes to a file, which is shown when the run is not as expected."""

    def __init__(self, folder, spec, brokers, *arguments, name="kasprc"):
        self.folder = pathlib.Path(folder)
        self.talk_file = self.folder / f"{name}.log"
        self.report_file = self.folder / f"{name}.report.json"
        self.report_file.unlink(missing_ok=True)
        self.rss_peak_kb = 0
        with open(self.talk_file, "wb") as talk:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                ["setpriv", "--pdeathsig", "KILL", PROGRAM, "run", "-f", spec, "--brokers", brokers,
                 "--report", self.report_file, *arguments],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=talk, stderr=talk)

    def talk(self):
        return self.talk_file.read_text(encoding="utf-8", errors="replace")

    def report(self):
        """The counters of all agents together, and how the run ended."""
        report = json.loads(self.report_file.read_text(encoding="utf-8"))
        counters = {"exit": report["exit"]}
        for agent in report["agents"].values():
            for counter, value in agent.items():
                counters[counter] = counters.get(counter, 0) + value
        return counters

    def running(self):
        """Looks after the process: is it there, and how large did it become?"""
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_bytes().splitlines():
                if line.startswith(b"VmHWM:"):
                    self.rss_peak_kb = max(self.rss_peak_kb, int(line.split()[1]))
        return self.process.poll() is None

    def until(self, condition, what, seconds=DEADLINE):
        """Waits for something to happen while kasprc runs; that it ends instead is a failure."""
        def happened():
            value = condition()
            if not value and not self.running():
                raise AssertionError(f"kasprc ended with {self.process.returncode} before {what}:\n"
                                     + self.talk()[-4000:])
            return value
        try:
            return until(happened, what, seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}; kasprc says:\n{self.talk()[-4000:]}") from error

    def ended(self, seconds=DEADLINE):
        """Waits for the end of it; returns the exit code."""
        try:
            until(lambda: not self.running(), "kasprc ends", seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}; it says:\n{self.talk()[-4000:]}") from error
        return self.process.returncode

    def wait(self, exit_code=0, seconds=DEADLINE):
        code = self.ended(seconds)
        if code != exit_code:
            raise AssertionError(f"kasprc ended with {code}, not with {exit_code}:\n"
                                 + self.talk()[-4000:])

    def terminate(self):
        """SIGTERM: what was read is finished and committed."""
        self.process.send_signal(signal.SIGTERM)
        self.wait(0)

    def kill(self):
        self.process.kill()
        self.process.wait()
