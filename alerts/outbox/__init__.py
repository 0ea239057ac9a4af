"""From editions to accepted messages: queue, send, retry, explain, report."""
