"""The fork server: `python -m alerts.sources.cell`, started only by `servers`."""

from alerts.sources.cell import fork_server, life

if __name__ == "__main__":
    fork_server.serve(life.live)
