"""Start and end a run of the command line: `gbv-kpi`, or `python -m gbv_kpi`."""

import atexit
import gc
import os
import signal
import sys
from types import FrameType

COULD_NOT_RUN = 2
INTERRUPTED = 130  # 128 + SIGINT, as in a shell


def main() -> None:
    """Run the command line and exit with its code.

    A run is short and creates few reference cycles: collecting them takes a quarter of its time, and tearing down the
    modules at the end another twentieth, so both are off. Pydantic plugins and OpenBLAS threads are not needed.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell ignores it for background jobs
        signal.signal(signal.SIGINT, _interrupt)
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from gbv_kpi.cli.app import main as run

        run()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _end(end.code or 0)
    else:
        _end(0)


def _interrupt(_: int, __: FrameType | None) -> None:
    """Exit quietly, with all cleanup; a second interrupt kills the process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(INTERRUPTED)


def _end(code: int) -> None:
    """Exit as the interpreter does, but without tearing down modules.

    The code is 2 if a stream cannot be flushed. With GBV_KPI_DEBUG the process exits as usual.
    """
    if os.environ.get("GBV_KPI_DEBUG"):
        sys.exit(code)
    try:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or COULD_NOT_RUN
    except SystemExit:
        code = INTERRUPTED
    os._exit(code)


if __name__ == "__main__":
    main()
