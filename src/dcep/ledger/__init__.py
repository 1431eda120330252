"""The registration centre 登记中心: who owns what, as a pure function of a signed log."""
