"""Start and end a run of the command line: `gbv-kpi`, or `python -m gbv_kpi`."""

import atexit
import gc
import os
import signal
import sys
from types import FrameType

COULD_NOT_RUN = 2
INTERRUPTED = 130  # as shells have it


def main() -> None:
    """Run the command line without what would only delay it, and end with its exit code.

    A run is short and builds few cycles; searching for them while pandas is imported and among a million cells would
    take a quarter of it, and tearing down every module at the end a twentieth more. Pydantic plugins and threads of
    linear algebra are not needed.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # ignored by what runs in the background
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
    """End quietly and undo what was begun; end at once if interrupted again."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(INTERRUPTED)


def _end(code: int) -> None:
    """End the process as the interpreter does, but without tearing down its modules.

    A stream that cannot be flushed makes it a run that failed. With GBV_KPI_DEBUG it ends as any other process.
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
