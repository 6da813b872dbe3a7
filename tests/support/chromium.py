"""A headless Chromium, driven over the pipe of its DevTools protocol: nothing but Python's library.

    with Chromium() as browser:
        page = browser.open("file:///tmp/page.html", width=390, height=844, dark=True)
        page.evaluate("document.title")
        page.press("Enter")
        page.requests, page.console        # all that it asked for, all that it complained of
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = "chromium-headless-shell"
DEADLINE = 120  # seconds; for what takes a tenth of one

# `code` is windowsVirtualKeyCode, `text` what the key types.
KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), " ": (32, " "),
        "ArrowUp": (38, ""), "ArrowDown": (40, ""), "ArrowLeft": (37, ""), "ArrowRight": (39, "")}


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.requests, self.console = [], []
        self.loaded = False

    def call(self, method, **parameters):
        return self.browser.call(method, parameters, self.session)

    def on(self, method, parameters):
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.console.append(str(parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(str(parameters["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.console.append(parameters["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key):
        code, text = KEYS[key]
        event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code,
                 "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, whole=False):
        """PNG bytes of what is seen, or of the whole page."""
        image = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(image["data"])


class Chromium:
    def __enter__(self):
        assert shutil.which(PROGRAM), f"{PROGRAM} is not installed: ./dev setup"
        self.folder = tempfile.mkdtemp()
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        # It reads from descriptor 3 and writes to 4, whatever numbers the pipes have here.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{theirs_in} 4>&{theirs_out} "$@"', "-", "nice", PROGRAM,
             "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", f"--user-data-dir={self.folder}"],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.pending, self.answers, self.last, self.pages = b"", {}, 0, {}
        return self

    def __exit__(self, *_):
        # Its helpers write to the folder until all of them are gone.
        os.write(self.to, b'{"id": 0, "method": "Browser.close"}\0')
        while os.read(self.back, 1 << 20):
            pass
        self.process.wait(DEADLINE)
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, parameters=None, session=None):
        self.last += 1
        number = self.last
        message = {"id": number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        self.wait(lambda: number in self.answers, method)
        answer = self.answers.pop(number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def wait(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            left = end - time.monotonic()
            assert left > 0 and select.select([self.back], [], [], left)[0], f"no answer to {what}"
            read = os.read(self.back, 1 << 20)
            assert read, f"{PROGRAM} ended during {what}"
            *whole, self.pending = (self.pending + read).split(b"\0")
            for message in map(json.loads, whole):
                if "id" in message:
                    self.answers[message["id"]] = message
                elif message.get("sessionId") in self.pages:
                    self.pages[message["sessionId"]].on(message["method"], message["params"])

    def open(self, url, width, height, dark=False, still=False):
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        page.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}])
        page.loaded = False
        page.call("Page.navigate", url=url)
        self.wait(lambda: page.loaded, url)
        return page
