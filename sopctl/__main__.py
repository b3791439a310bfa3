"""Where the program starts: `sopctl` and `python -m sopctl`."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with 0 (clean), 1 (findings) or 2 (used wrongly, or broken)."""
    if sys.argv[1:] == ["--version"]:  # answered before anything is imported
        from sopctl import __version__

        print(f"sopctl {__version__}")
        return
    gc.disable()  # the process ends soon, and looking for what could be freed takes longer
    from sopctl.cli import end

    end(sys.argv[1:])


if __name__ == "__main__":
    main()
