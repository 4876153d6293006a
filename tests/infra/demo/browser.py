"""A page in a real browser: what it measures of its letters, and what it complains of."""

import html
import json
import re
import shutil
import subprocess

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on the path")

MEASURE = """
<script>
addEventListener("load", () => {
  document.querySelectorAll("details").forEach((one) => { one.open = OPEN; });
  const boxes = [], found = {overlaps: [], cut: [], letters: 0, smallest: 99};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script, title, desc")) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const scrolls = parent.closest(".scroll"), svg = parent.closest("svg");
    const room = svg ? svg.getBoundingClientRect() : {left: 0, right: innerWidth};
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const text = node.textContent.trim();
      if (!scrolls && (box.left < room.left - 1 || box.right > room.right + 1
          || (svg && (box.top < room.top - 1 || box.bottom > room.bottom + 1))))
        found.cut.push(text);
      const size = parseFloat(getComputedStyle(parent).fontSize)
        * (svg ? room.width / svg.viewBox.baseVal.width : 1);
      found.smallest = Math.min(found.smallest, size);
      found.letters += text.length;
      boxes.push({text, node, box});
    }
  }
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    // A line's box has room above and below its letters.
    if (a.node !== b.node && across > 1 && down > 4) found.overlaps.push([a.text, b.text]);
  }));
  found.width = document.documentElement.scrollWidth;
  found.screen = innerWidth;
  parent.document.getElementById("found").textContent = JSON.stringify(found);
});
</script>
"""


def run(folder, address, *flags):
    """What the browser prints and complains of, with what it dumps."""
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'browser'}",
            *flags,
            address,
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    complaints = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return done.stdout, complaints


def measured(folder, text, width, *, is_open=False):
    """What a page's letters are like on a screen of some width, with or without its details.

    The page is in a frame, since a window has a least width; its policy, which lets no script run,
    is left out here.
    """
    inner = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    script = MEASURE.replace("OPEN", str(is_open).lower())
    inner = inner.replace("</head>", f"{script}</head>")
    frame = folder / f"frame-{width}.html"
    frame.write_text(
        f'<body style="margin:0"><pre id="found"></pre><iframe width="{width}" height="900" '
        f'style="border:0" srcdoc="{html.escape(inner)}"></iframe></body>'
    )
    dumped, _ = run(folder, frame.as_uri(), "--window-size=1400,1000", "--dump-dom")
    found = re.search(r'<pre id="found">(.*?)</pre>', dumped, re.DOTALL)
    assert found, dumped[:500]
    assert found.group(1), "the page was not measured"
    return json.loads(html.unescape(found.group(1)))
