"""The people who work on the alert: who they are, their roles, and how they sign in at the desk."""
