"""What a message that came back reports, by its words alone; needs no project and changes nothing."""

from alerts.bounces.classify import classify as classify
