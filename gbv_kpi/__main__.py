"""How a run of the command line starts and ends: `gbv-kpi`, or `python -m gbv_kpi`."""

import atexit
import gc
import os
import sys

COULD_NOT_RUN = 2


def main() -> None:
    """Run the command line without what would only delay it, and end with its exit code.

    A run lasts moments and builds no cycles to speak of, yet looking for them while pandas is imported and among a
    million cells would take a quarter of it, and taking every module apart at the end a twentieth more. Nor has a
    pydantic plugin a say in a verdict, or a sum work for several threads of linear algebra.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from gbv_kpi.cli.app import main as run

    try:
        run()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _end(end.code or 0)
    else:
        _end(0)


def _end(code: int) -> None:
    """End the process as the interpreter does, but for taking its modules apart.

    A stream that cannot take its last words makes it a run that failed. One that somebody looks into, with a profiler
    or the traceback of a fault, ends as any other.
    """
    if os.environ.get("GBV_KPI_DEBUG"):
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = COULD_NOT_RUN
    os._exit(code)


if __name__ == "__main__":
    main()
