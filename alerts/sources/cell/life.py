"""The program of a cell: sets its own limits, then answers documents until there are no more.

For each document: read the job from standard input, write an empty message once the parser is loaded,
read the document, write the answer.
"""

import json

from alerts.sources import language_guess
from alerts.sources.cell import frames, work
from alerts.sources.cell.job import Job
from alerts.sources.cell.limits import confine, limit_cpu

OUT = 3  # the file descriptor of answers; the output of a parser goes elsewhere


def live(memory: int, seconds: int) -> None:
    """Answer documents until there are none, with `memory` octets and `seconds` of CPU in all."""
    language_guess.no_more_loading()
    confine(memory, seconds)
    while (head := frames.read(0)) is not None:
        job = Job.from_json(head)
        work.prepare(job)
        limit_cpu(job.seconds)
        frames.write(OUT, b"")
        body = frames.read(0)
        if body is None:
            return
        answer = json.dumps(work.answer(job, body), ensure_ascii=False)
        frames.write(OUT, answer.encode("utf-8", "surrogatepass"))
