"""The institutions on the command line: who works there asks over HTTP. Nothing is decided here."""
