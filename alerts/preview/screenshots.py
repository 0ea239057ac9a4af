"""Screenshots of editions by headless Chromium: PNG files of whole e-mails.

Uses the Chrome DevTools Protocol through a pipe to one browser process, so no driver is needed and no
port is opened. The browser gets an empty profile in a temporary folder and is closed at the end.
Raises `InputError` if there is no browser, or if it fails.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from alerts.domain.errors import InputError
from alerts.domain.open_transaction import outside
from alerts.preview.sample import EditionPreview

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
SCREENS = {"desktop": (1200, 900, 1.0), "phone": (375, 812, 2.0)}  # width, height, pixels a pixel
PATIENCE = 30.0  # seconds for one answer of the browser, which may load images from the network
_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
# Run in the process that becomes the browser; a shell has no descriptors above 9.
_WIRED = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_LOADED = """new Promise(done => {
  const all = [...document.images].map(image => image.complete || new Promise(ready => {
    image.onload = image.onerror = ready;
  }));
  Promise.race([Promise.all(all), new Promise(late => setTimeout(late, 5000))])
    .then(() => document.fonts.ready).then(() => done(true));
})"""


def chromium(environ: Mapping[str, str]) -> str:
    """The path of Chromium on this machine; raises `InputError` that says how to install it."""
    for name in NAMES:
        if found := shutil.which(name, path=environ.get("PATH", os.defpath)):
            return found
    raise InputError(
        "screenshots need Chromium, and there is none on this machine:"
        " install it (`apt-get install chromium`), or use `alerts issue preview`"
    )


def photographs(browser: str, previews: Iterable[EditionPreview]) -> Iterator[tuple[str, bytes]]:
    """(name, PNG) of each edition on each screen, light and dark: `es-phone-dark`."""
    outside("a browser is run")
    with _camera(browser) as camera:
        for preview in previews:
            for mode in ("light", "dark"):
                html = preview.page(dark=mode == "dark")
                for screen, (width, height, scale) in SCREENS.items():
                    picture = camera.picture(html, width, height, scale)
                    yield f"{preview.language}-{screen}-{mode}", picture


class Camera:
    """One page of a browser at the other end of two pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: int, back: int) -> None:
        self._process, self._out, self._back = process, out, back
        self._asked, self._read = 0, b""
        self._session = ""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def picture(self, html: str, width: int, height: int, scale: float) -> bytes:
        """A PNG of the whole document on a screen `width` CSS pixels wide."""
        screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **screen)
        frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._ask("Page.setDocumentContent", frameId=frame, html=html)
        self._ask("Runtime.evaluate", expression=_LOADED, awaitPromise=True)
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        taken = self._ask(
            "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True
        )
        return base64.b64decode(taken["data"])

    def close(self) -> None:
        """Ask the browser to close."""
        with contextlib.suppress(InputError):
            self._session = ""
            self._ask("Browser.close")

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one call; other events of the browser are ignored."""
        self._asked += 1
        call: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if self._session:
            call["sessionId"] = self._session
        try:
            _write_all(self._out, json.dumps(call).encode() + b"\0")
        except OSError as fault:
            raise InputError(f"Chromium closed the connection: {fault.strerror}") from fault
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = json.loads(self._next(deadline, method))
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise InputError(f"Chromium: {method}: {answer['error'].get('message')}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self, deadline: float, method: str) -> bytes:
        """The next message of the browser; messages end with NUL."""
        while b"\0" not in self._read:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._back], [], [], left)[0]:
                raise InputError(f"Chromium did not answer {method} within {PATIENCE:.0f} seconds")
            piece = os.read(self._back, 1 << 20)
            if not piece:
                code = self._process.wait()
                raise InputError(f"Chromium ended with exit code {code}; try it by hand")
            self._read += piece
        message, _, self._read = self._read.partition(b"\0")
        return message


def _write_all(number: int, octets: bytes) -> None:
    view = memoryview(octets)
    while view:
        view = view[os.write(number, view) :]


@contextlib.contextmanager
def _camera(browser: str) -> Iterator[Camera]:
    """Start a browser that reads from its descriptor 3 and answers on 4."""
    its_in, our_out = os.pipe()
    our_in, its_out = os.pipe()
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # root has no sandbox
    with tempfile.TemporaryDirectory(prefix="alerts-", ignore_cleanup_errors=True) as profile:
        line = [sys.executable, "-c", _WIRED, str(its_in), str(its_out)]
        line += [browser, *flags, f"--user-data-dir={Path(profile)}"]
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(its_in, its_out), start_new_session=True,
        )  # fmt: skip
        os.close(its_in)
        os.close(its_out)
        try:
            camera = Camera(process, our_out, our_in)
            yield camera
            camera.close()
        finally:
            os.close(our_out)
            os.close(our_in)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.poll() is None:
                process.kill()
                process.wait()
