#!/usr/bin/env python3
"""An Apache Kafka for the tests: one process (KRaft: broker and controller in one), loopback only.

    broker.py start        starts one and prints its address; one that runs already is kept
    broker.py stop         stops it and removes its folder
    broker.py run CMD...   starts one of its own, runs CMD with KASPR_BROKERS set, stops it

    KASPR_BROKER_FOLDER    where the broker of start and stop lives; by default build/broker/default
    KASPR_BROKER_JARS      where jars are kept, by default build/broker; Maven fills it once
    KASPR_KAFKA_VERSION    another version than that of pom.xml

Tests use `Broker`, which can also be killed and started again, with the same port and data.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent / "build" / "broker"
POM = HERE / "pom.xml"
START_SECONDS = 90
STOP_SECONDS = 15

# A single node replicates nothing and waits for nobody. Records may carry times of long ago, so
# nothing is deleted by age. Short sessions let tests kill members, and a broker that was killed
# come back, without waiting for what is gone.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=8388608
"""


class BrokerError(Exception):
    """Says in one sentence why there is no broker."""


def kafka_version():
    pom = xml.etree.ElementTree.parse(POM)
    return os.environ.get("KASPR_KAFKA_VERSION") or pom.findtext(".//{*}kafka.version")


def jars():
    """The folder of the jars. Filled once for each content of pom.xml, in one rename: a folder
    that exists is complete."""
    version = kafka_version()
    key = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]
    root = pathlib.Path(os.environ.get("KASPR_BROKER_JARS") or ROOT).resolve()
    folder = root / f"jars-{version}-{key}"
    if folder.is_dir():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    with open(root / "jars.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            copy_jars(version, folder)
    return folder


def copy_jars(version, folder):
    if not shutil.which("mvn"):
        raise BrokerError(f"no jars in '{folder}' and no Maven to get them: run ./dev setup")
    print(f"getting Apache Kafka {version} with Maven", file=sys.stderr)
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    result = subprocess.run(
        ["mvn", "-q", "-B", "-f", POM, "dependency:copy-dependencies", "-DincludeScope=runtime",
         f"-Dkafka.version={version}", f"-DoutputDirectory={part}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise BrokerError(f"Maven cannot get the jars of Apache Kafka {version}:\n"
                          + (result.stdout + result.stderr)[-2000:])
    part.rename(folder)


def free_port():
    """Below the ports that the system gives to outgoing connections: a client that reconnects
    could otherwise take the port of a broker that is away for a moment."""
    for port in random.sample(range(15000, 32000), 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BrokerError("no free port on 127.0.0.1")


def answers(address):
    """Does a live broker answer a request for metadata?"""
    from confluent_kafka import KafkaException  # pylint: disable=import-outside-toplevel
    from confluent_kafka.admin import AdminClient  # pylint: disable=import-outside-toplevel
    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


class Broker:
    """One broker in one folder: settings, data, log, and the pid of the process that runs it.

    `attached` ends the broker with the process that started it, however that ends; `brief` spends
    no time on compiling the broker well."""

    def __init__(self, folder, attached=True, brief=False):
        self.folder = pathlib.Path(folder).resolve()
        self.attached = attached
        self.brief = brief
        self.settings = self.folder / "server.properties"
        self.pid_file = self.folder / "pid"
        self.process = None

    @property
    def address(self):
        for line in self.settings.read_text(encoding="utf-8").splitlines():
            if line.startswith("advertised.listeners=PLAINTEXT://"):
                return line.partition("://")[2]
        raise BrokerError(f"'{self.settings}' names no listener")

    def pid(self):
        """Of the running broker, or None: a pid file may be older than its process."""
        try:
            pid = int(self.pid_file.read_text(encoding="ascii"))
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.settings).encode() in command else None

    def start(self):
        """Starts it, or starts it again with the data and the port it had; returns the address."""
        if not shutil.which("java"):
            raise BrokerError("no Java to run Apache Kafka with: run ./dev setup")
        if self.pid() is None:
            if not self.settings.exists():
                self.format()
            self.launch()
        self.wait_until_ready()
        return self.address

    def java(self, *arguments, brief=True):
        return ["java", "-Xmx1g", *(["-XX:TieredStopAtLevel=1"] if brief else []),
                f"-Dlog4j.configuration=file:{HERE}/log4j.properties",
                "-cp", f"{jars()}/*", *map(str, arguments)]

    def format(self):
        """Makes the folder; the settings come last, so that they are there only if all is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "server.properties.part"
        part.write_text(SETTINGS.format(port=free_port(), controller=free_port(),
                                        folder=self.folder), encoding="utf-8")
        cluster = uuid.uuid4().hex[:22]
        result = subprocess.run(
            self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", part),
            capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise BrokerError(f"Apache Kafka cannot format '{self.folder}':\n"
                              + (result.stdout + result.stderr)[-2000:])
        part.rename(self.settings)

    def launch(self):
        bound = ["setpriv", "--pdeathsig", "KILL"] if self.attached else []
        with open(self.folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                bound + self.java("kafka.Kafka", self.settings, brief=self.brief), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        self.pid_file.write_text(f"{self.process.pid}\n", encoding="ascii")

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.address):
            gone = self.process.poll() is not None if self.process else self.pid() is None
            if gone or time.monotonic() > deadline:
                log = (self.folder / "broker.log").read_text("utf-8", "replace")
                raise BrokerError(
                    ("the broker ended" if gone else f"no broker after {START_SECONDS} s")
                    + f", its log is '{self.folder}/broker.log':\n{log[-2000:]}")
            time.sleep(0.05)

    def kill(self):
        """As if the power were cut, but for what the operating system has already."""
        self.end(signal.SIGKILL)

    def stop(self):
        if not self.end(signal.SIGTERM):
            self.kill()

    def end(self, number):
        pid = self.pid()
        if pid is None:
            return True
        os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        if self.process:
            self.process.wait()
        self.pid_file.unlink(missing_ok=True)
        return True

    def remove(self):
        """Ends it without ceremony, since nobody needs its data any more."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def temporary_broker(brief=False):
    """A broker for as long as the block runs."""
    ROOT.mkdir(parents=True, exist_ok=True)
    broker = Broker(tempfile.mkdtemp(prefix="run-", dir=ROOT), brief=brief)
    try:
        broker.start()
        yield broker
    finally:
        broker.remove()


def default_broker():
    return Broker(os.environ.get("KASPR_BROKER_FOLDER") or ROOT / "default", attached=False)


def run(command):
    """CMD ends first, whatever signal comes; a terminal's Ctrl-C reaches it by itself."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with temporary_broker() as broker:
        try:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                command, env={**os.environ, "KASPR_BROKERS": broker.address})
        except OSError as error:
            print(f"broker: cannot run '{command[0]}': {error.strerror}", file=sys.stderr)
            return 127
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        signal.signal(signal.SIGINT, lambda *_: None)
        code = process.wait()
    return code if code >= 0 else 128 - code


def main(arguments):
    try:
        match arguments:
            case ["start"]:
                print(default_broker().start())
            case ["stop"]:
                broker = default_broker()
                broker.stop()
                broker.remove()
            case ["run", *command] if command:
                return run(command)
            case _:
                print("usage: broker start | stop | run CMD...", file=sys.stderr)
                return 2
    except BrokerError as error:
        print(f"broker: {error}", file=sys.stderr)
        return 69
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
