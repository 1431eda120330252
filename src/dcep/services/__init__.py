"""One file a process: read settings, open stores, connect, serve. Nothing is decided here."""
