"""What the programs of all Python clients begin with: `PROGRAM list` tells the client's version and names the checks,
`PROGRAM run NAME` makes one, against the cluster in the environment. A check that raises has failed."""

import os
import sys
import time

USER, PASSWORD = "alice", "alice-secret"

# How long a check may take; `cargo xtask clients` ends it a little later.
LONG = 55

_checks = {}
_begin = time.monotonic()


def check(name, what, *arguments):
    """Adds a function to the list, with its arguments, under a name."""

    def add(run):
        _checks[name] = (what, run, arguments)
        return run

    return add


def main(version):
    match sys.argv[1:]:
        case ["list"]:
            print(version)
            for name, (what, _, _) in _checks.items():
                print(f"{name}\t{what}")
        case ["run", name] if name in _checks:
            _, run, arguments = _checks[name]
            run(*arguments)
            sys.stdout.flush()
            # Threads of a client that was left open are not waited for.
            os._exit(0)
        case _:
            sys.exit("usage: list | run NAME")


def servers():
    return os.environ["OTTLA_BOOTSTRAP_SERVERS"]


def sasl_servers():
    return os.environ["CLIENTS_SASL_SERVERS"]


def tls_servers():
    return os.environ["CLIENTS_TLS_SERVERS"]


def tls_ca():
    return os.environ["CLIENTS_TLS_CA"]


def fresh(what):
    """A name that no other check has."""
    return f"{what}-{os.getpid()}-{time.time_ns() % 1_000_000_000}"


def equal(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def refused(run, *errors):
    """What it is refused with, which has to be one of these errors."""
    try:
        run()
    except errors as error:
        return error
    raise AssertionError("it was not refused")


def until(what, holds):
    """Asks again until it holds; asking is to make progress, or wait a little."""
    while not holds():
        if time.monotonic() > _begin + LONG:
            raise TimeoutError(f"never came about: {what}")
