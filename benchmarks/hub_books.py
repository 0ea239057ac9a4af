"""The figures of `benchmarks.hub`."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Books:
    """What came of the trials."""

    trials: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    lost: int = 0
    twice: int = 0
    doubtful: int = 0
    most_doubtful: int = 0  # that the rule allows
    left: int = 0
    mailed_after: int = 0
    latest: float = 0.0  # seconds from the hub's hearing to the last message to somebody who left
    unfinished: int = 0
    left_in_hub: int = 0

    @property
    def broken(self) -> bool:
        """Whether something was promised and not kept."""
        over = self.doubtful > self.most_doubtful
        return bool(
            self.lost
            or self.twice
            or self.mailed_after
            or self.unfinished
            or self.left_in_hub
            or over
        )

    def __str__(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.faults.items()))
        return (
            f"| trials | faults | accepted | lost | twice | in doubt (most allowed) | left | mailed after"
            f" leaving was heard | not ended | left in the hub |\n|---|---|---|---|---|---|---|---|---|---|\n"
            f"| {self.trials} | {sum(self.faults.values())} | {self.accepted:,} | {self.lost} |"
            f" {self.twice} | {self.doubtful} ({self.most_doubtful}) | {self.left} | {self.mailed_after}"
            f" | {self.unfinished} | {self.left_in_hub} |\n\nfaults: {kinds}; the latest message to"
            f" somebody who left: {self.latest:.2f} s after the hub had heard of it"
        )
