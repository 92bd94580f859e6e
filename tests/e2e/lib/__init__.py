"""What the end-to-end tests stand on: upstreams, clients, processes and the checks of every answer."""
