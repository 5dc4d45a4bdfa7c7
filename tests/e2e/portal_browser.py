#!/usr/bin/env python3
"""What a person does with a browser before a captive portal: looks at the page; logs in once the file FOLDER/enter is
there; closes the browser once FOLDER/end is. FOLDER/said gets a line for each page, or why there is none.

    portal_browser.py FOLDER URL"""
import pathlib
import sys
import time
import urllib.parse
import urllib.request


def main(folder, url):
    folder = pathlib.Path(folder)

    def fetch(page):
        try:
            with urllib.request.urlopen(page, timeout=3) as answer:
                text = answer.read().decode()
        except OSError as error:
            text = f"failed: {error}"
        with open(folder / "said", "a") as file:
            file.write(f"{page}: {text}\n")

    def wait_for(name):
        while not (folder / name).exists():
            time.sleep(0.05)

    fetch(url)
    wait_for("enter")
    fetch(urllib.parse.urljoin(url, "/enter"))
    wait_for("end")


main(*sys.argv[1:])
