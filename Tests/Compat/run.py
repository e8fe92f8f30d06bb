"""Tries the clients of other products, unmodified, against a cluster with sql.compat on: run.py BINARY [client …]

One line a check; a client that cannot be had here is listed as MISSING with the reason. Fails if any check does.
"""

import argparse
import importlib.util
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from cluster import Cluster, Failure, now  # noqa: E402

CLIENTS = ("statements", "aws-wrapper", "connector-j", "redirect", "router", "proxysql")


def load(client):
    path = os.path.join(HERE, client, "checks.py")
    specification = importlib.util.spec_from_file_location(client.replace("-", "_"), path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.missing = 0

    def run(self, client, name, check, cluster):
        started = now()
        try:
            found = check(cluster)
        except Failure as failure:
            self.fail(client, name, str(failure))
        except Exception:  # a mistake in the check is a failure of the check
            self.fail(client, name, traceback.format_exc())
        else:
            self.passed += 1
            print(f"ok      {client}: {name}{': ' + found if found else ''} [{now() - started:.1f} s]", flush=True)

    def fail(self, client, name, why):
        self.failed += 1
        print(f"FAILED  {client}: {name}: {why}", flush=True)

    def miss(self, client, why):
        self.missing += 1
        print(f"MISSING {client}: {why}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("clients", nargs="*", default=[], metavar="client", help=", ".join(CLIENTS))
    arguments = parser.parse_args()
    wanted = arguments.clients or CLIENTS
    unknown = [client for client in wanted if client not in CLIENTS]
    if unknown:
        parser.error(f"no client {', '.join(unknown)}; there are {', '.join(CLIENTS)}")

    report = Report()
    started = time.monotonic()
    ready = []
    for client in wanted:
        module = load(client)
        reason = module.missing()
        if reason:
            report.miss(client, reason)
        else:
            ready.append((client, module))
    if any(module.CHECKS for _, module in ready):
        with Cluster(arguments.binary) as cluster:
            for client, module in ready:
                for name, check in module.CHECKS:
                    try:
                        cluster.mend()
                    except Failure as failure:
                        report.fail(client, name, f"the cluster could not be mended: {failure}")
                        continue
                    report.run(client, name, check, cluster)
    seconds = time.monotonic() - started
    print(f"{report.passed} ok, {report.failed} failed, {report.missing} missing, in {seconds:.0f} s")
    return 1 if report.failed else 0


sys.exit(main())
