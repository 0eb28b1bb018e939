"""`python -m gbv_kpi` is `gbv-kpi`."""

from gbv_kpi.cli import main

if __name__ == "__main__":
    main()
