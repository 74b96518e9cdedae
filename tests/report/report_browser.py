"""A page in a browser, and what a script finds there."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from pathlib import Path


def probed(browser: str, folder: Path, page: str, script: str, *, width: int = 1280, height: int = 2000) -> dict[str, object]:
    """What a script finds in the page, run after the page's own: only here the page lets another one run.

    The script may wait; it says what it found with ``parent.postMessage(JSON.stringify({...}), '*')``.
    """
    html = re.sub(r"; script-src '[^']+'", "; script-src 'unsafe-inline'", page)
    probe = f"<script>addEventListener('load', async () => {{ {script} }})</script></body>"
    before, _, after = html.rpartition("</body>")
    frame = f'<iframe src="page.html" style="width:{width}px;height:{height}px;border:0"></iframe>'
    (folder / "page.html").write_text(before + probe + after, encoding="utf-8")
    (folder / "frame.html").write_text(
        f"{frame}<pre></pre><script>addEventListener('message', (e) => {{ document.querySelector('pre').textContent = e.data }})</script>",
        encoding="utf-8",
    )
    made = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=4000",
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            (folder / "frame.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return dict(json.loads(unescape(re.search(r"<pre>(.*?)</pre>", made.stdout, re.DOTALL)[1])))
