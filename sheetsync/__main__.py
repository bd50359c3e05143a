"""``sheetsync`` and ``python -m sheetsync``: ready for Ctrl-C before anything slow is loaded."""

import sys

from sheetsync.stop import STATUS, stop


def main() -> None:
    stop.install()
    from sheetsync.cli import main as command  # noqa: PLC0415  loading it takes a while

    try:
        command()
    except KeyboardInterrupt:  # in the last instant, past the command's own end
        sys.exit(STATUS)
    finally:
        stop.done()


if __name__ == "__main__":
    main()
