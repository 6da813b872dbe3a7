#!/usr/bin/env python3
"""Events a second of the Python lane, beside a plain Python loop over the same functions.

    bench/lane.py [--program build/release/kasprc] [--spec bench/w2.yaml] [--events 1000000]
                  [--cores 0]

Both read the sample records over and over from a file, run the functions of the spec's first agent
in CPython, and write what is sent, one value a line. The outputs must be the same bytes.
"""

import argparse
import filecmp
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))


def functions(spec):
    """(is it a filter?, the function) for each step of the pipeline, and the key selector."""

    def only(text):
        scope = {}
        exec(text, scope)
        return next(v for k, v in scope.items() if k != "__builtins__" and callable(v))

    operations = {o["name"]: o for o in spec["processors"]["operations"]}
    steps = []
    for name in spec["processors"]["pipeline"]:
        kind = "filter" if "filter" in operations[name] else "map"
        steps.append((kind == "filter", only(operations[name][kind]["python"])))
    (topic,) = spec["output"]["topics"]
    return steps, only(topic["keySelector"]["python"])


def run_loop(spec, source, sink):
    steps, key = functions(spec)
    with open(source, "rb") as lines, open(sink, "wb") as out:
        for line in lines:
            value = json.loads(line)
            for is_filter, function in steps:
                result = function(value)
                if not is_filter:
                    value = result
                elif not result:
                    break
            else:
                key(value)
                out.write(json.dumps(value).encode() + b"\n")


def timed(name, events, cores, run):
    """Runs in a process of its own, on the given cores."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.sched_setaffinity(0, cores)
        run()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit(f"{name} failed")
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:12} {events / seconds:>10,.0f} events/s  {cpu / events * 1e6:6.2f} us of CPU each")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(HERE, "../build/release/kasprc"))
    parser.add_argument("--spec", default=os.path.join(HERE, "w2.yaml"))
    parser.add_argument("--sample", default=os.path.join(HERE, "order.sample.jsonl"))
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--cores", default="0")
    options = parser.parse_args()
    cores = {int(core) for core in options.cores.split(",")}
    with open(options.spec) as file:
        spec = yaml.safe_load(file)["spec"]
    with open(options.sample, "rb") as file:
        sample = file.read().splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        source, ours, theirs = (os.path.join(folder, n) for n in ("in", "ours", "theirs"))
        with open(source, "wb") as file:
            for _ in range(options.events // len(sample)):
                file.writelines(sample)
        events = options.events // len(sample) * len(sample)
        topic_in = spec["input"]["topic"]["name"]
        topic_out = spec["output"]["topics"][0]["name"]
        command = [options.program, "run", "-f", options.spec, "--source", f"{topic_in}={source}"]
        command += ["--sink", f"{topic_out}={ours}"]
        timed("kasprc", events, cores, lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL))
        timed("python loop", events, cores, lambda: run_loop(spec, source, theirs))
        same = filecmp.cmp(ours, theirs, shallow=False)
        print(f"outputs: {os.path.getsize(ours):,} bytes, {'the same' if same else 'DIFFERENT'}")
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
