"""ProxySQL itself is in neither Debian nor PyPI; its statement is tried word for word in statements/checks.py."""

import shutil


def missing():
    if shutil.which("proxysql"):
        return "found, but this harness does not drive it; its statement is among those of \"statements\""
    return ("no Debian package proxysql among apt's sources, and nothing to install under that name on PyPI; "
            "its Aurora statement is among those of \"statements\"")


CHECKS = ()
