"""How a run of the command line starts and ends: `gbv-kpi`, or `python -m gbv_kpi`."""

import gc
import os


def main() -> None:
    """Run the command line without what would only delay it.

    A run lasts moments and builds no cycles to speak of, yet looking for them while pandas is imported, among a
    million cells and once more at the end would take a quarter of it. Nor has a pydantic plugin a say in a verdict.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from gbv_kpi.cli import main as run

    try:
        run()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
