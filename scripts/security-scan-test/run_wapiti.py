# Runs Debian's wapiti with a mended option -x, which does not work with Python 3.11 (global flags inside a pattern).
import re

import wapitiCore.net.crawler as crawler
from wapitiCore.main.wapiti import wapiti_main


def wildcard_translate(pattern):
    return re.compile(re.escape(pattern).replace(r"\*", ".*") + r"\Z")


crawler.wildcard_translate = wildcard_translate
wapiti_main()
